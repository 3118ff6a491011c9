using System.Net.Sockets;

namespace ZeroCopy.Tests.Regressions;

/// <summary>
/// A connection that is closed, or used again from within a callback, while it is spliced: closing waited for the splice, the splice for data, and nobody ever
/// came back (netty/netty#13690, of a splice that was started where another one's bytes were reported).
/// </summary>
public sealed class HangOnCloseTests : RelayTest
{
    private static readonly byte[] _block = Bytes.Random(100_000);

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task RelayAsync_SideIsClosedAtFullSpeedBothWays_BothComeBack(bool unix, bool ofServer)
    {
        for (int i = 0; i < 10; i++)
        {
            using SocketPair client = unix ? SocketPair.Unix(NewPath()) : SocketPair.Tcp();
            using SocketPair server = unix ? SocketPair.Unix(NewPath()) : SocketPair.Tcp();
            TransferCounters counters = new();
            RelayOptions options = new() { CountersAToB = counters, CountersBToA = counters };
            Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, options);
            Socket[] far = [client.Far, server.Far];
            Task[] peers = [.. far.Select(peer => InBackground(() => Feed(peer))), .. far.Select(peer => InBackground(() => Drain(peer)))];
            Eventually(() => counters.BytesWritten > 2_000_000, "bytes move");
            await InBackground((ofServer ? server : client).Near.Dispose).WaitAsync(Patience);
            await MustEnd(relay, RelayEnd.Failed);
            (ofServer ? client : server).Near.Dispose();
            await Task.WhenAll(peers).WaitAsync(Patience);
        }
    }

    /// <summary>So many that one of them is on the thread that the first one has ended on.</summary>
    [Fact]
    public async Task CopyAsync_WhoIsToldOfTheEndDoesNotComeBack_OthersGoOn()
    {
        using ManualResetEventSlim gate = new();
        SocketPair source = NewSockets();
        SocketPair sink = NewSockets();
        Task stuck = Started(isAsync: true, source.Near, sink.Near)
            .ContinueWith(_ => gate.Wait(Patience), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        source.Far.Shutdown(SocketShutdown.Send);
        for (int i = 0; i < 4 * Environment.ProcessorCount; i++)
        {
            SocketPair client = NewSockets();
            SocketPair server = NewSockets();
            Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near);
            await MustPass(_block, client.Far, server.Far);
            client.Far.Dispose();
            server.Far.Dispose();
            await MustEnd(relay, RelayEnd.Completed);
        }

        stuck.IsCompleted.Should().BeFalse();
        gate.Set();
        await stuck.WaitAsync(Patience);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_StartedAndWaitedForWhereAnotherOneEnded_ComesBack(bool isAsync)
    {
        SocketPair source = NewSockets();
        SocketPair sink = NewSockets();
        CopyOptions five = new() { Length = 5 };
        Task<CopyResult> second = Started(isAsync: true, source.Near, sink.Near, five).ContinueWith(
            _ => isAsync ? Transfer.CopyAsync(source.Near, sink.Near, five).AsTask().Result : Transfer.Copy(source.Near, sink.Near, five),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        source.Far.Send("first"u8);
        sink.Far.ReceiveExactly(5).MustBe("first"u8);
        second.IsCompleted.Should().BeFalse();
        source.Far.Send("other"u8);
        sink.Far.ReceiveExactly(5).MustBe("other"u8);
        (await second.WaitAsync(Patience)).BytesCopied.Should().Be(5);
    }

    private static void Feed(Socket socket)
    {
        SocketError error;
        do
        {
            socket.Send(_block, SocketFlags.None, out error);
        }
        while (error == SocketError.Success);
    }

    private static void Drain(Socket socket)
    {
        byte[] buffer = new byte[64 * 1024];
        int count;
        SocketError error;
        do
        {
            count = socket.Receive(buffer, SocketFlags.None, out error);
        }
        while (error == SocketError.Success && count > 0);
    }
}
