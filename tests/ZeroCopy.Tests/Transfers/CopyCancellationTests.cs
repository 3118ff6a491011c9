using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>Cancellation, after which no byte is lost and another copy goes on from there.</summary>
public sealed class CopyCancellationTests : CopyTest
{
    private static readonly byte[] _sent = Bytes.Random(200_000);

    [Fact]
    public async Task CopyAsync_CancelledBefore_NothingIsTouched()
    {
        Pipe source = PipeOf("bytes");
        Pipe sink = NewPipe();
        CancellationToken cancelled = new(canceled: true);
        Task<CopyResult> copy = Transfer.CopyAsync(source.ReadHandle, sink.WriteHandle, new CopyOptions { Prefix = "prefix"u8.ToArray() }, cancelled).AsTask();
        TransferCanceledException canceled = (await MustBeCanceled(copy, cancelled)).MustAccountFor("bytes"u8.ToArray(), "prefix"u8.ToArray());
        canceled.BytesRead.Should().Be(0);
        canceled.Undelivered.ToArray().MustBe("prefix"u8);
        source.BytesAvailable.Should().Be(5);
        sink.BytesAvailable.Should().Be(0);
    }

    [Theory]
    [InlineData("socket")]
    [InlineData("unix socket")]
    [InlineData("pipe")]
    public async Task CopyAsync_CancelledWhileTheSourceIsWaitedFor_ResumesExactly(string kind)
    {
        using CancellationTokenSource source = new();
        using DisposableEnd from = new(kind, TransferSide.Source, NewPath());
        SocketPair sink = NewSockets();
        Task<CopyResult> copy = Transfer.CopyAsync(from.Endpoint, sink.Near, null, source.Token).AsTask();
        from.Peer!.Write(_sent.AsSpan(0, 1000));
        sink.Far.ReceiveExactly(1000).MustBe(_sent.AsSpan(0, 1000));
        copy.IsCompleted.Should().BeFalse();
        await source.CancelAsync();
        TransferCanceledException canceled = (await MustBeCanceled(copy, source.Token)).MustAccountFor(_sent);
        canceled.BytesWritten.Should().Be(1000);
        canceled.Undelivered.Length.Should().Be(0);
        from.Peer.Write(_sent.AsSpan(1000, 5000));
        from.Peer.Dispose();
        (await Started(isAsync: true, from.Endpoint, sink.Near, canceled.Resume).WaitAsync(Patience)).BytesCopied.Should().Be(5000);
        sink.Far.ReceiveExactly(5000).MustBe(_sent.AsSpan(1000, 5000));
    }

    [Theory]
    [InlineData("socket")]
    [InlineData("unix socket")]
    [InlineData("pipe")]
    public async Task CopyAsync_CancelledWhileTheDestinationIsWaitedFor_HandsBackWhatIsMissingAndResumesExactly(string kind)
    {
        using CancellationTokenSource source = new();
        using DisposableEnd to = new(kind, TransferSide.Destination, NewPath());
        SocketPair from = NewSockets();
        int filler = to.Fill();
        from.Far.Send(_sent);
        from.Far.Shutdown(SocketShutdown.Send);
        TransferCounters counters = new();
        CopyOptions options = new() { Counters = counters, Length = 150_000 };
        Task<CopyResult> copy = Transfer.CopyAsync(from.Near, to.Endpoint, options, source.Token).AsTask();
        Eventually(() => counters.BytesRead > 0, "bytes are in the pipe");
        await source.CancelAsync();
        TransferCanceledException canceled = (await MustBeCanceled(copy, source.Token)).MustAccountFor(_sent);
        canceled.Undelivered.Length.Should().Be((int)canceled.BytesRead);
        canceled.Resume!.Length.Should().Be(150_000 - canceled.BytesRead);

        byte[] arrived = new byte[filler + 150_000];
        Task arriving = InBackground(() => to.Peer!.ReadExactly(arrived));
        (await Started(isAsync: true, from.Near, to.Endpoint, canceled.Resume).WaitAsync(Patience)).BytesCopied.Should().Be(150_000 - canceled.BytesRead);
        await arriving.WaitAsync(Patience);
        arrived[filler..].MustBe(_sent.AsSpan(0, 150_000));
        from.Near.ReceiveToEnd().MustBe(_sent.AsSpan(150_000), "the length was kept");
    }

    [Fact]
    public async Task CopyAsync_CancelledWithThePrefixPartlyInThePipe_HandsItBackInOrder()
    {
        using CancellationTokenSource source = new();
        Pipe from = NewPipe();
        Pipe to = NewPipe().Full();
        Task<CopyResult> copy = Transfer.CopyAsync(from.ReadHandle, to.WriteHandle, new CopyOptions { Prefix = _sent }, source.Token).AsTask();
        await source.CancelAsync();
        (await MustBeCanceled(copy, source.Token)).Undelivered.ToArray().MustBe(_sent);
    }

    [Fact]
    public async Task CopyAsync_CancelledWithBytesInThePipeAndInMemory_HandsThemBackInOrder()
    {
        using CancellationTokenSource source = new();
        Pipe from = NewPipe(1 << 20);
        from.Write(_sent);
        SocketPair sink = NewSockets(unix: true);
        int filler = sink.Near.Fill();
        using SafeFileHandle to = Native.Duplicate(sink.Near.SafeHandle);
        Native.SetStatusFlags(to, Native.O_RDWR);
        CopyOptions options = new() { PipeCapacity = 1 << 20, Length = _sent.Length };
        Task<CopyResult> copy = Transfer.CopyAsync(from.ReadHandle, to, options, source.Token).AsTask();
        await source.CancelAsync();
        TransferCanceledException canceled = (await MustBeCanceled(copy, source.Token)).MustAccountFor(_sent);
        canceled.Undelivered.ToArray().MustBe(_sent, "nobody knows this descriptor as a socket that does not block: it is written to, not spliced to");
        Task<CopyResult> rest = Transfer.CopyAsync(from.ReadHandle, to, canceled.Resume).AsTask();
        sink.Far.ReceiveExactly(filler);
        sink.Far.ReceiveExactly(_sent.Length).MustBe(_sent);
        await rest.WaitAsync(Patience);
    }

    [Theory]
    [InlineData("socket", "socket")]
    [InlineData("pipe", "unix socket")]
    [InlineData(DisposableEnd.FileStream, "socket")]
    [InlineData("socket", DisposableEnd.FileStream)]
    public async Task CopyAsync_CancelledWhileBytesMove_EndsSoonAndAccountsForAll(string from, string to)
    {
        using CancellationTokenSource source = new();
        using DisposableEnd feeder = new(from, TransferSide.Source, NewPath());
        using DisposableEnd drain = new(to, TransferSide.Destination, NewPath());
        Task feeding = InBackground(feeder.Feed);
        Task draining = InBackground(drain.Drain);
        TransferCounters counters = new();
        Task<CopyResult> copy = Transfer.CopyAsync(feeder.Endpoint, drain.Endpoint, new CopyOptions { Counters = counters }, source.Token).AsTask();
        Eventually(() => counters.BytesWritten > 1_000_000, "bytes move");
        await source.CancelAsync();
        TransferCanceledException canceled = await MustBeCanceled(copy, source.Token);
        feeder.MustAccountFor(canceled.BytesRead, canceled.BytesWritten, canceled.Undelivered);
        counters.BytesRead.Should().Be(canceled.BytesRead);
        counters.BytesWritten.Should().Be(canceled.BytesWritten);
        feeder.Dispose();
        drain.Dispose();
        await Task.WhenAll(feeding, draining).WaitAsync(Patience);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CopyAsync_FileToFileIsCancelled_ResumesExactly(bool hasOffsets)
    {
        const int More = 3_000_000;
        using CancellationTokenSource source = new();
        SafeFileHandle from = FileOf([]);
        SafeFileHandle to = FileOf([]);
        RandomAccess.SetLength(from, 1L << 40);
        TransferCounters counters = new();
        CopyOptions options = new() { Counters = counters, SourceOffset = hasOffsets ? 10 : null, DestinationOffset = hasOffsets ? 20 : null };
        Task<CopyResult> copy = Transfer.CopyAsync(from, to, options, source.Token).AsTask();
        Eventually(() => counters.BytesWritten > 0, "bytes move");
        await source.CancelAsync();
        TransferCanceledException canceled = await MustBeCanceled(copy, source.Token);
        canceled.Undelivered.Length.Should().Be(0);
        canceled.BytesRead.Should().Be(canceled.BytesWritten).And.BePositive();

        byte[] rest = Bytes.Random(More);
        RandomAccess.Write(from, rest, canceled.BytesRead + (options.SourceOffset ?? 0));
        canceled.Resume!.Length = More;
        (await Started(isAsync: true, from, to, canceled.Resume).WaitAsync(Patience)).BytesCopied.Should().Be(More);
        long start = canceled.BytesWritten + (options.DestinationOffset ?? 0);
        RandomAccess.GetLength(to).Should().Be(start + More);
        byte[] arrived = new byte[More];
        RandomAccess.Read(to, arrived, start).Should().Be(More);
        arrived.MustBe(rest);
    }
}
