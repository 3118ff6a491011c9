using System.Net.Sockets;

namespace ZeroCopy.Tests.Regressions;

/// <summary>
/// A peer that goes without a goodbye: the kernel says it once, and then behaves as if the input had ended. Who asks again, or has spent the error elsewhere,
/// passes a connection that was cut off on as one that ended well (oven-sh/bun#39600, of a reset behind bytes that were not read yet).
/// </summary>
public sealed class ResetThatLooksLikeAnEndTests : CopyTest
{
    private static readonly byte[] _sent = Bytes.Random(100_000);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_SourceResetsInTheMiddle_WhatCameBeforeArrivesAndThenEconnreset(bool isAsync)
    {
        byte[] prefix = [1, 2, 3];
        SocketPair source = NewSockets();
        SocketPair sink = NewSockets();
        Task<CopyResult> copy = Started(isAsync, source.Near, sink.Near, new CopyOptions { Prefix = prefix });
        source.Far.Send(_sent);
        sink.Far.ReceiveExactly(prefix.Length + _sent.Length).MustBe([.. prefix, .. _sent]);
        source.ResetFromFar();
        TransferException reset = (await MustFail(copy, TransferSide.Source, Errno.ECONNRESET)).MustAccountFor(_sent, prefix);
        reset.BytesRead.Should().Be(_sent.Length);
        reset.Undelivered.Length.Should().Be(0);
        reset.InnerException.Should().BeOfType<ErrnoException>().Which.Errno.Should().Be(Errno.ECONNRESET);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_SourceWasResetBeforeWithBytesQueued_TheyArriveAndThenEconnreset(bool isAsync)
    {
        SocketPair source = NewSockets();
        SocketPair sink = NewSockets();
        source.Far.Send(_sent.AsSpan(0, 1000));
        source.ResetFromFar();
        Eventually(() => source.Near.Poll(0, SelectMode.SelectError), "the reset is there");
        Task<CopyResult> copy = Started(isAsync, source.Near, sink.Near);
        TransferException reset = (await MustFail(copy, TransferSide.Source, Errno.ECONNRESET)).MustAccountFor(_sent);
        reset.BytesWritten.Should().Be(1000);
        sink.Far.ReceiveExactly(1000).MustBe(_sent.AsSpan(0, 1000));
    }

    [Fact]
    public async Task Copy_UnixSourceClosesWithBytesUnread_Econnreset()
    {
        SocketPair source = NewSockets(unix: true);
        SocketPair sink = NewSockets();
        source.Near.Send("never read"u8);
        Task<CopyResult> copy = Started(isAsync: true, source.Near, sink.Near);
        source.Far.Send(_sent.AsSpan(0, 1000));
        sink.Far.ReceiveExactly(1000).MustBe(_sent.AsSpan(0, 1000));
        source.Far.Dispose();
        (await MustFail(copy, TransferSide.Source, Errno.ECONNRESET)).MustAccountFor(_sent).BytesRead.Should().Be(1000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_DestinationResetsWhileItIsWaitedFor_WhatItDidNotTakeIsHandedBack(bool isAsync)
    {
        SocketPair source = NewSockets();
        SocketPair sink = NewSmallSockets();
        TransferCounters counters = new();
        Task<CopyResult> copy = Started(isAsync, source.Near, sink.Near, new CopyOptions { Counters = counters });
        Task feeding = OnItsOwnThread(() => source.Far.Send(_sent));
        sink.Far.ReceiveExactly(3000).MustBe(_sent.AsSpan(0, 3000));
        Eventually(() => counters.BytesRead > counters.BytesWritten, "the sink takes no more");
        sink.ResetFromFar();
        TransferException reset = (await MustFail(copy, TransferSide.Destination, Errno.ECONNRESET, Errno.EPIPE)).MustAccountFor(_sent);
        reset.BytesWritten.Should().BeInRange(3000, _sent.Length - 1);
        reset.Undelivered.Length.Should().BePositive();
        source.Dispose();
        await feeding.ContinueWith(task => _ = task.Exception, TaskScheduler.Default).WaitAsync(Patience);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_DestinationWasResetWhileTheSourceIsWaitedFor_TheNextBytesAreHandedBack(bool isAsync)
    {
        SocketPair source = NewSockets();
        SocketPair sink = NewSockets();
        Task<CopyResult> copy = Started(isAsync, source.Near, sink.Near);
        source.Far.Send("a"u8);
        sink.Far.ReceiveExactly(1);
        sink.ResetFromFar();
        Eventually(() => sink.Near.Poll(0, SelectMode.SelectError), "the reset is there");
        copy.IsCompleted.Should().BeFalse("nobody has written to it");
        source.Far.Send("bcd"u8);
        TransferException reset = (await MustFail(copy, TransferSide.Destination, Errno.ECONNRESET, Errno.EPIPE)).MustAccountFor("abcd"u8.ToArray());
        reset.Undelivered.ToArray().MustBe("bcd"u8);
    }

    [Fact]
    public async Task Copy_BytesInThePipeWhenTheSourceResets_TheyArriveFirst()
    {
        SocketPair source = NewSockets();
        SocketPair sink = NewSmallSockets();
        int filler = sink.Near.Fill();
        Task<CopyResult> copy = Started(isAsync: true, source.Near, sink.Near);
        source.Far.Send(_sent.AsSpan(0, 1000));
        Eventually(() => source.Near.Available == 0, "it is in the pipe");
        source.ResetFromFar();
        Eventually(() => source.Near.Poll(0, SelectMode.SelectError), "the reset is there");
        sink.Far.ReceiveExactly(filler);
        sink.Far.ReceiveExactly(1000).MustBe(_sent.AsSpan(0, 1000));
        (await MustFail(copy, TransferSide.Source, Errno.ECONNRESET)).MustAccountFor(_sent).Undelivered.Length.Should().Be(0);
    }

    /// <summary>Where much is queued, the reset is told while the pipe is filled on: what was read before it is not lost for that.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_SourceResetsBehindMuch_WhatWasReadArrivesAndThenEconnreset(bool isAsync)
    {
        byte[] sent = Bytes.Random(5_000_000);
        for (int i = 0; i < 20; i++)
        {
            using SocketPair source = SocketPair.Tcp();
            using SocketPair sink = SocketPair.Tcp();
            Task<CopyResult> copy = Started(isAsync, source.Near, sink.Near);
            Task<byte[]> arriving = Reading(new NetworkStream(sink.Far));
            await InBackground(() => source.Far.Send(sent)).WaitAsync(Patience);
            source.ResetFromFar();
            TransferException reset = (await MustFail(copy, TransferSide.Source, Errno.ECONNRESET)).MustAccountFor(sent);
            reset.Undelivered.Length.Should().Be(0);
            sink.Near.Shutdown(SocketShutdown.Send);
            (await arriving.WaitAsync(Patience)).MustBe(sent.AsSpan(0, (int)reset.BytesRead));
        }
    }

    /// <summary>The error is reported to the first who asks; the second is told that the input has ended, or that the connection was shut down.</summary>
    [Fact]
    public async Task OppositeCopy_TheOtherOneWasToldOfTheResetWhileReading_FailsToo()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        Task<CopyResult> there = Started(isAsync: true, client.Near, server.Near);
        client.ResetFromFar();
        await MustFail(there, TransferSide.Source, Errno.ECONNRESET);
        server.Far.Send("reply"u8);
        Task<CopyResult> back = Started(isAsync: true, server.Near, client.Near);
        TransferException failed = (await MustFail(back, TransferSide.Destination, Errno.ECONNRESET, Errno.EPIPE)).MustAccountFor("reply"u8.ToArray());
        failed.Undelivered.Length.Should().Be(5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OppositeCopy_TheOtherOneWasToldOfTheResetWhileWriting_FailsInsteadOfEnding(bool isAsync)
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        Task<CopyResult> back = Started(isAsync: true, server.Near, client.Near);
        client.ResetFromFar();
        Eventually(() => client.Near.Poll(0, SelectMode.SelectError), "the reset is there");
        server.Far.Send("reply"u8);
        await MustFail(back, TransferSide.Destination, Errno.ECONNRESET);
        Task<CopyResult> there = Started(isAsync, client.Near, server.Near);
        (await MustFail(there, TransferSide.Source, Errno.ECONNRESET)).BytesRead.Should().Be(0);
    }

    [Fact]
    public async Task BothCopies_WaitForTheSocketThatIsReset_BothFail()
    {
        SocketPair client = NewSmallSockets();
        SocketPair server = NewSockets();
        client.Near.Fill();
        server.Far.Send("reply"u8);
        TransferCounters counters = new();
        Task<CopyResult> there = Started(isAsync: true, client.Near, server.Near);
        Task<CopyResult> back = Started(isAsync: true, server.Near, client.Near, new CopyOptions { Counters = counters });
        counters.BytesRead.Should().Be(5);
        counters.BytesWritten.Should().Be(0);
        client.ResetFromFar();
        await MustFail(there, TransferSide.Source, Errno.ECONNRESET);
        (await MustFail(back, TransferSide.Destination, Errno.ECONNRESET, Errno.EPIPE)).Undelivered.ToArray().MustBe("reply"u8);
    }

    /// <summary>So does splice take it, to a socket that was reset while it moved some bytes: it tells of those alone.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_SomebodyElseWasToldOfTheReset_Econnreset(bool isAsync)
    {
        SocketPair source = NewSockets();
        SocketPair sink = NewSockets();
        source.Far.Send(_sent.AsSpan(0, 1000));
        source.ResetFromFar();
        Eventually(() => source.Near.Poll(0, SelectMode.SelectError), "the reset is there");
        source.Near.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error).Should().Be((int)SocketError.ConnectionReset);
        Task<CopyResult> copy = Started(isAsync, source.Near, sink.Near);
        (await MustFail(copy, TransferSide.Source, Errno.ECONNRESET)).MustAccountFor(_sent).BytesWritten.Should().Be(1000);
    }

    /// <summary>An answer that comes before all of the question was sent: what is sent behind it has no reader, and is answered with a reset.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_SourceEndedAndThenReset_EndsWell(bool isAsync)
    {
        SocketPair source = NewSockets();
        SocketPair sink = NewSockets();
        source.Far.Send(_sent.AsSpan(0, 1000));
        source.Far.Dispose();
        source.Near.Send("the rest of the question"u8);
        Eventually(() => source.Near.Poll(0, SelectMode.SelectError), "the reset is there");
        CopyResult result = await Started(isAsync, source.Near, sink.Near).WaitAsync(Patience);
        result.BytesCopied.Should().Be(1000);
    }
}
