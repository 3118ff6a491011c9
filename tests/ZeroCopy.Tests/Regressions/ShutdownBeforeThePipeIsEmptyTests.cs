using System.Net.Sockets;

namespace ZeroCopy.Tests.Regressions;

/// <summary>
/// The end of one side was passed on to the other while bytes for it were still in the pipe, which cut bodies off (HAProxy #2505). Here it comes behind the
/// last byte, however slow the reader is.
/// </summary>
public sealed class ShutdownBeforeThePipeIsEmptyTests : RelayTest
{
    private static readonly byte[] _sent = Bytes.Random(1_000_000);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RelayAsync_SideEndsWhileBytesAreInThePipe_TheEndComesBehindThem(bool unix)
    {
        SocketPair client = NewSockets(unix);
        SocketPair server = NewSmallSockets(unix);
        int filler = server.Near.Fill();
        TransferCounters counters = new();
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, new RelayOptions { CountersAToB = counters });
        client.Far.Send(_sent.AsSpan(0, 20_000)).Should().Be(20_000);
        client.Far.Shutdown(SocketShutdown.Send);
        Eventually(() => counters.BytesRead > 0, "some are in the pipe");
        MustSleep(relay);
        counters.BytesWritten.Should().Be(0);
        server.Far.ReceiveExactly(filler);
        server.Far.ReceiveToEnd().MustBe(_sent.AsSpan(0, 20_000));
        server.Far.Shutdown(SocketShutdown.Send);
        RelayResult result = await MustEnd(relay, RelayEnd.Completed);
        result.AToB.Path.Should().HaveFlag(TransferPath.Splice, "it is about the pipe");
    }

    [Fact]
    public async Task RelayAsync_EndWithMuchOnTheWay_ComesAfterIt()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        server.Near.SendBufferSize = 1;
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near);
        Task sending = InBackground(() =>
        {
            client.Far.Send(_sent);
            client.Far.Shutdown(SocketShutdown.Send);
        });
        server.Far.ReceiveExactly(1).MustBe(_sent.AsSpan(0, 1));
        server.Far.ReceiveToEnd().MustBe(_sent.AsSpan(1));
        await sending.WaitAsync(Patience);
        server.Far.Shutdown(SocketShutdown.Send);
        await MustEnd(relay, RelayEnd.Completed);
    }

    [Fact]
    public async Task RelayAsync_EndBehindAnyNumberOfBytesBothWays_NoneIsCutOff()
    {
        Random random = new(1);
        for (int i = 0; i < 60; i++)
        {
            using SocketPair client = SocketPair.Tcp();
            using SocketPair server = i % 2 == 0 ? SocketPair.Tcp() : SocketPair.Unix(NewPath());
            server.Near.SendBufferSize = client.Near.SendBufferSize = 1;
            Content there = new(random.Next(1, 1 << random.Next(1, 20)), seed: i);
            Content back = new(random.Next(1, 1 << random.Next(1, 20)), seed: -i);
            Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near);
            await MustExchange(client.Far, server.Far, there, back);
            RelayResult result = await MustEnd(relay, RelayEnd.Completed);
            result.BytesAToB.Should().Be(there.Length);
            result.BytesBToA.Should().Be(back.Length);
        }
    }
}
