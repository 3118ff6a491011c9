using System.Net.Sockets;

namespace ZeroCopy.Tests.Transfers;

/// <summary>Connections of which one direction is over and the other is not.</summary>
public sealed class CopyHalfCloseTests : CopyTest
{
    private static readonly byte[] _sent = Bytes.Random(1_000_000);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_SinkHasNothingToSayAnyMore_AllArrives(bool isAsync)
    {
        SocketPair source = NewSockets();
        SocketPair sink = NewSockets();
        sink.Near.SendBufferSize = 1;
        sink.Far.Shutdown(SocketShutdown.Send);
        Task<CopyResult> copy = Started(isAsync, source.Near, sink.Near);
        Task feeding = OnItsOwnThread(() => source.Far.Send(_sent));
        sink.Far.ReceiveExactly(_sent.Length).MustBe(_sent);
        await feeding.WaitAsync(Patience);
        source.Far.Dispose();
        await copy.WaitAsync(Patience);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_SourceIsClosedWithMuchQueued_AllArrives(bool isAsync)
    {
        SocketPair source = NewSockets();
        SocketPair sink = NewSockets();
        sink.Near.SendBufferSize = 1;
        int queued = 0;
        while (source.Far.Poll(TimeSpan.FromMilliseconds(10), SelectMode.SelectWrite) && queued < _sent.Length / 2)
        {
            queued += source.Far.Send(_sent.AsSpan(queued, 10_000));
        }

        source.Far.Dispose();
        Task<CopyResult> copy = Started(isAsync, source.Near, sink.Near);
        sink.Far.ReceiveExactly(queued).MustBe(_sent.AsSpan(0, queued));
        (await copy.WaitAsync(Patience)).BytesCopied.Should().Be(queued);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_SinkIsClosed_EpipeAndWhatItWasNotGivenIsHandedBack(bool isAsync)
    {
        SocketPair source = NewSockets();
        SocketPair sink = NewSockets();
        sink.Far.Dispose();
        Task<CopyResult> copy = Started(isAsync, source.Near, sink.Near);
        source.Far.Send("first"u8);
        Eventually(() => sink.Near.Poll(0, SelectMode.SelectError), "the peer has answered that nobody is there");
        source.Far.Send("second"u8);
        TransferException failed = await MustFail(copy, TransferSide.Destination, Errno.EPIPE, Errno.ECONNRESET);
        failed.MustAccountFor("firstsecond"u8.ToArray()).Undelivered.ToArray().MustBe("second"u8);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_DestinationWasShutDownForWriting_Epipe(bool isAsync)
    {
        SocketPair source = NewSockets();
        SocketPair sink = NewSockets();
        sink.Near.Shutdown(SocketShutdown.Send);
        source.Far.Send("bytes"u8);
        TransferException failed = await MustFail(Started(isAsync, source.Near, sink.Near), TransferSide.Destination, Errno.EPIPE);
        failed.MustAccountFor("bytes"u8.ToArray()).Undelivered.Length.Should().Be(5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_ReaderOfAPipeGoesWhileItIsWaitedFor_EpipeAndTheBytesAreHandedBack(bool isAsync)
    {
        Pipe source = PipeOf("bytes");
        Pipe sink = NewPipe().Full();
        TransferCounters counters = new();
        Task<CopyResult> copy = Started(isAsync, source.ReadHandle, sink.WriteHandle, new CopyOptions { Counters = counters });
        Eventually(() => counters.BytesRead == 5, "it waits for the sink");
        sink.ReadHandle.Dispose();
        TransferException failed = await MustFail(copy, TransferSide.Destination, Errno.EPIPE);
        failed.MustAccountFor("bytes"u8.ToArray()).Undelivered.Length.Should().Be(5);
    }
}
