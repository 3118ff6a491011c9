using System.Net.Sockets;

namespace ZeroCopy.Tests.Transfers;

/// <summary>A side that goes without a goodbye, in each state that a relay can be in: a result, and never an exception or an end that looks like a good one.</summary>
public sealed class RelayResetTests : RelayTest
{
    private static readonly byte[] _sent = Bytes.Random(2_000_000);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RelayAsync_ResetWhileNothingMoves_BothDirectionsEnd(bool ofServer)
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near);
        await MustPass("hello"u8.ToArray(), client.Far, server.Far);
        (ofServer ? server : client).ResetFromFar();
        RelayResult result = await MustEnd(relay, RelayEnd.Failed);
        MustBeBroken(ofServer ? result.BToA : result.AToB, TransferSide.Source, Errno.ECONNRESET);
        MustBeUnharmed(ofServer ? result.AToB : result.BToA);
        (ofServer ? client : server).Far.Poll(0, SelectMode.SelectRead).Should().BeFalse("a reset is not passed on as an end");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RelayAsync_UnixSideClosesWithBytesUnread_Econnreset(bool ofServer)
    {
        SocketPair client = NewSockets(unix: true);
        SocketPair server = NewSockets(unix: true);
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near);
        (SocketPair closing, SocketPair other) = ofServer ? (server, client) : (client, server);
        other.Far.Send("never read"u8);
        Eventually(() => closing.Far.Available == 10, "it has arrived");
        closing.Far.Dispose();
        RelayResult result = await MustEnd(relay, RelayEnd.Failed);
        MustBeBroken(ofServer ? result.BToA : result.AToB, TransferSide.Source, Errno.ECONNRESET);
    }

    [Fact]
    public async Task RelayAsync_ResetBehindManyBytes_TheyAreDeliveredFirst()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSmallSockets();
        int filler = server.Near.Fill();
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near);
        client.Far.Send(_sent.AsSpan(0, 1000));
        Eventually(() => client.Near.Available == 0, "it is in the pipe");
        client.Far.Send(_sent.AsSpan(1000, 1000));
        client.ResetFromFar();
        Eventually(() => client.Near.Poll(0, SelectMode.SelectError), "the reset is there");
        server.Far.ReceiveExactly(filler);
        server.Far.ReceiveExactly(2000).MustBe(_sent.AsSpan(0, 2000));
        RelayResult result = await MustEnd(relay, RelayEnd.Failed);
        MustBeBroken(result.AToB, TransferSide.Source, Errno.ECONNRESET);
        result.AToB.Undelivered.Length.Should().Be(0);
    }

    [Fact]
    public async Task RelayAsync_ReaderIsResetInTheMiddle_WhatItDidNotGetIsHandedBack()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSmallSockets();
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near);
        Task sending = InBackground(() => client.Far.Send(_sent, SocketFlags.None, out _));
        server.Far.ReceiveExactly(3000).MustBe(_sent.AsSpan(0, 3000));
        server.ResetFromFar();
        RelayResult result = await MustEnd(relay, RelayEnd.Failed);
        RelayDirection there = result.AToB;
        there.BytesRead.Should().BePositive();
        _sent.AsSpan((int)there.BytesWritten, there.Undelivered.Length).SequenceEqual(there.Undelivered.Span).Should().BeTrue();
        client.Near.Dispose();
        await sending.WaitAsync(Patience);
    }

    /// <summary>As of a server that refuses an upload: what it says must arrive, though it does not listen any more.</summary>
    [Fact]
    public async Task RelayAsync_ServerAnswersAndClosesDuringTheUpload_TheAnswerArrivesWhole()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        byte[] answer = Bytes.Random(50_000);
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near);
        Task sending = InBackground(() => client.Far.Send(_sent, SocketFlags.None, out _));
        server.Far.ReceiveExactly(10_000);
        server.Far.Send(answer);
        Task<byte[]> answered = OnItsOwnThread(() => client.Far.ReceiveExactly(answer.Length));
        server.Far.Dispose();
        (await answered.WaitAsync(Patience)).MustBe(answer);
        RelayResult result = await MustEnd(relay, RelayEnd.Failed);
        result.BytesBToA.Should().Be(answer.Length);
        client.Near.Dispose();
        await sending.WaitAsync(Patience);
    }

    /// <summary>Nobody reads from the server any more, and nobody writes to it yet: only a watch hears of it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RelayAsync_ResetAfterItHadEnded_IsNoticedWhileTheOtherIsSilent(bool ofServer)
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near);
        (SocketPair ended, SocketPair other) = ofServer ? (server, client) : (client, server);
        ended.Far.Shutdown(SocketShutdown.Send);
        other.Far.ReceiveToEnd().Should().BeEmpty();
        ended.ResetFromFar();
        RelayResult result = await MustEnd(relay, RelayEnd.Failed);
        MustBeBroken(ofServer ? result.AToB : result.BToA, TransferSide.Destination, Errno.EPIPE, Errno.ECONNRESET);
        MustBeUnharmed(ofServer ? result.BToA : result.AToB);
    }

    [Fact]
    public async Task RelayAsync_ResetOfOneSideAfterTheOtherHadEnded_Failed()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near);
        client.Far.Shutdown(SocketShutdown.Send);
        server.Far.ReceiveToEnd().Should().BeEmpty();
        server.ResetFromFar();
        RelayResult result = await MustEnd(relay, RelayEnd.Failed);
        MustBeUnharmed(result.AToB);
        MustBeBroken(result.BToA, TransferSide.Source, Errno.ECONNRESET);
    }

    [Fact]
    public async Task RelayAsync_ReaderOfAPipeHasGone_TheOtherDirectionGoesOn()
    {
        Pipe toRelay = NewPipe();
        Pipe fromRelay = NewPipe();
        SocketPair server = NewSockets();
        Task<RelayResult> relay = Transfer.RelayAsync(TransferEndpoint.Duplex(toRelay.ReadHandle, fromRelay.WriteHandle), server.Near);
        fromRelay.ReadHandle.Dispose();
        server.Far.Send("lost"u8);
        Eventually(() => server.Near.Available == 0, "it was read");
        toRelay.Write("still delivered");
        server.Far.ReceiveExactly(15).MustBe("still delivered"u8);
        toRelay.WriteHandle.Dispose();
        RelayResult result = await MustEnd(relay, RelayEnd.Failed);
        MustBeBroken(result.BToA, TransferSide.Destination, Errno.EPIPE);
        result.BToA.Undelivered.ToArray().MustBe("lost"u8);
        result.BytesAToB.Should().Be(15);
    }
}
