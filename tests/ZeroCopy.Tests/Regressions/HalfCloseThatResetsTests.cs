using System.Net.Sockets;

namespace ZeroCopy.Tests.Regressions;

/// <summary>
/// A side that had said all, and wanted to hear the answer, was closed, reset, or made the other one wait for ever (golang/go#25985, jpillora/chisel#536; passt
/// took a hang-up behind the last bytes for a reset). Each end here has to be a good one, at both peers, and behind every byte.
/// </summary>
public sealed class HalfCloseThatResetsTests : RelayTest
{
    private static readonly byte[] _sent = Bytes.Random(1_000_000);

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task RelayAsync_OneSideEnds_TheOtherIsToldAndMayStillAnswer(bool unix, bool serverFirst)
    {
        SocketPair client = NewSockets(unix);
        SocketPair server = NewSockets(unix);
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near);
        (Socket first, Socket second) = serverFirst ? (server.Far, client.Far) : (client.Far, server.Far);
        first.Send("request"u8);
        first.Shutdown(SocketShutdown.Send);
        second.ReceiveToEnd().MustBe("request"u8);
        relay.IsCompleted.Should().BeFalse();
        await MustPass(_sent, second, first);
        second.Shutdown(SocketShutdown.Send);
        first.ReceiveToEnd().Should().BeEmpty();
        RelayResult result = await MustEnd(relay, RelayEnd.Completed);
        (serverFirst ? result.BToA : result.AToB).BytesRead.Should().Be(7);
        MustBeUnharmed(result.AToB);
        MustBeUnharmed(result.BToA);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task BothCopies_ClientHasSaidAllThatItHasToSay_TheReplyStillArrives(bool isAsync, bool unix)
    {
        SocketPair client = NewSockets(unix);
        SocketPair server = NewSockets(unix);
        Task<CopyResult> there = Started(isAsync, client.Near, server.Near);
        Task<CopyResult> back = Started(isAsync, server.Near, client.Near);
        client.Far.Send("request"u8);
        client.Far.Shutdown(SocketShutdown.Send);
        (await there.WaitAsync(Patience)).BytesCopied.Should().Be(7);
        server.Far.ReceiveExactly(7);
        back.IsCompleted.Should().BeFalse();
        Task replying = OnItsOwnThread(() => server.Far.Send(_sent));
        client.Far.ReceiveExactly(_sent.Length).MustBe(_sent);
        await replying.WaitAsync(Patience);
        server.Far.Shutdown(SocketShutdown.Send);
        (await back.WaitAsync(Patience)).BytesCopied.Should().Be(_sent.Length);
    }

    /// <summary>A proxy whose client goes away early while the server waits for the end: both directions end.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_ProxyWhoseClientClosesEarly_BothDirectionsEnd(bool isAsync)
    {
        SocketPair front = NewSockets();
        SocketPair back = NewSockets();
        Task<CopyResult> there = Started(isAsync, front.Near, back.Near);
        Task<CopyResult> andBack = Started(isAsync, back.Near, front.Near);
        front.Far.Send("request"u8);
        front.Far.Dispose();
        byte[] request = new byte[7];
        InTime(() => new NetworkStream(back.Far).ReadAtLeast(request, 7)).Should().Be(7);
        InTime(() => there.Result).BytesCopied.Should().Be(7);
        back.Near.Shutdown(SocketShutdown.Send);
        InTime(() => back.Far.Receive(request)).Should().Be(0);
        back.Far.Dispose();
        InTime(() => andBack.Result).BytesCopied.Should().Be(0);
    }

    /// <summary>The server is gone, both ways, long before its bytes are: the client reads them slowly, and then an end.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RelayAsync_ServerAnswersAndCloses_TheSlowClientHasItAllAndAGoodEnd(bool unix)
    {
        SocketPair client = NewSockets(unix);
        SocketPair server = NewSockets(unix);
        client.Near.SendBufferSize = 1;
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near);
        client.Far.Send("request"u8);
        client.Far.Shutdown(SocketShutdown.Send);
        Task answering = InBackground(() =>
        {
            server.Far.ReceiveToEnd().MustBe("request"u8);
            server.Far.Send(_sent);
            server.Far.Dispose();
        });
        client.Far.ReceiveExactly(1).MustBe(_sent.AsSpan(0, 1));
        client.Far.ReceiveToEnd().MustBe(_sent.AsSpan(1));
        await answering.WaitAsync(Patience);
        await MustEnd(relay, RelayEnd.Completed);
    }
}
