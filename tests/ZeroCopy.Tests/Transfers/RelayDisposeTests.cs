using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace ZeroCopy.Tests.Transfers;

/// <summary>Sides that are disposed, or that nobody else refers to, under a relay.</summary>
public sealed class RelayDisposeTests : RelayTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RelayAsync_SideIsDisposedWhileNothingMoves_EndsAsFailed(bool ofServer)
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near);
        (ofServer ? server : client).Near.Dispose();
        RelayResult result = await MustEnd(relay, RelayEnd.Failed);
        new[] { result.AToB.Error, result.BToA.Error }.Should().Contain(Errno.EBADF);
    }

    [Fact]
    public async Task RelayAsync_SideIsDisposedWhileItIsWrittenTo_EndsAsFailedWithWhatItDidNotGet()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSmallSockets();
        server.Near.Fill();
        client.Far.Send("stuck"u8);
        TransferCounters counters = new();
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, new RelayOptions { CountersAToB = counters });
        Eventually(() => counters.BytesRead == 5, "it waits for the server");
        server.Near.Dispose();
        RelayResult result = await MustEnd(relay, RelayEnd.Failed);
        result.AToB.Undelivered.ToArray().MustBe("stuck"u8);
    }

    [Fact]
    public async Task RelayAsync_SocketsAreDroppedByTheirOwner_LiveAsLongAsItDoes()
    {
        using SocketPair client = SocketPair.Tcp();
        using SocketPair server = SocketPair.Tcp();
        Task<RelayResult> relay = StartOnSocketsOfItsOwn(client, server, out WeakReference<Socket> a);
        for (int i = 0; i < 5; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        await MustPass("hello"u8.ToArray(), client.Far, server.Far);
        await MustPass("world"u8.ToArray(), server.Far, client.Far);
        a.TryGetTarget(out Socket? socket).Should().BeTrue();
        socket!.Dispose();
        await MustEnd(relay, RelayEnd.Failed);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Task<RelayResult> StartOnSocketsOfItsOwn(SocketPair client, SocketPair server, out WeakReference<Socket> a)
    {
        Socket near = new(Native.DuplicateSocket(client.Near.SafeHandle));
        a = new WeakReference<Socket>(near);
        return Transfer.RelayAsync(near, server.Near);
    }
}
