using System.Net.Sockets;

namespace ZeroCopy.Tests.Readiness;

/// <summary>What does not come to a connection leaves nothing behind, neither here nor there.</summary>
public sealed class SpliceSocketFailureTests : KernelTest
{
    [Fact]
    public async Task Connect_CancelledBefore_NobodyIsConnectedTo()
    {
        Socket listener = Own(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified));
        listener.Bind(new UnixDomainSocketEndPoint(PathOf("socket")));
        listener.Listen();
        using CancellationTokenSource cancellation = new();
        await cancellation.CancelAsync();
        await FluentActions.Awaiting(() => SpliceSocket.ConnectAsync(listener.LocalEndPoint!, cancellation.Token).AsTask()).Should().ThrowAsync<OperationCanceledException>();
        listener.Poll(0, SelectMode.SelectRead).Should().BeFalse();
    }

    [Fact]
    public void Connect_Fails_ItsSocketIsClosedAtOnce()
    {
        UnixDomainSocketEndPoint nobody = new(PathOf("nobody"));
        int before = Directory.GetFiles("/proc/self/fd").Length;
        GC.TryStartNoGCRegion(4 << 20).Should().BeTrue("no socket is to be closed because it was collected");
        Task<Socket>[] attempts = [.. Enumerable.Range(0, 20).Select(_ => SpliceSocket.ConnectAsync(nobody).AsTask())];
        int after = Directory.GetFiles("/proc/self/fd").Length;
        GC.EndNoGCRegion();
        attempts.Should().AllSatisfy(attempt => attempt.Exception!.InnerException.Should().BeOfType<SocketException>());
        after.Should().BeLessThan(before + 10);
    }
}
