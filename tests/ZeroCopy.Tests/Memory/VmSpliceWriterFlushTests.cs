namespace ZeroCopy.Tests.Memory;

/// <summary>Readers that are late, stop, or go.</summary>
public sealed class VmSpliceWriterFlushTests : VmSpliceWriterTest
{
    /// <summary>Modes, ways to flush, whether the end is non-blocking, the pipe's capacity, and whether so much is flushed at once that it is mapped.</summary>
    public static TheoryData<VmSpliceMode, bool, bool, int, bool> Ways
    {
        get
        {
            TheoryData<VmSpliceMode, bool, bool, int, bool> ways = [];
            foreach (VmSpliceMode mode in Enum.GetValues<VmSpliceMode>())
            {
                foreach (int i in Enumerable.Range(0, 16))
                {
                    ways.Add(mode, (i & 1) != 0, (i & 2) != 0, (i & 4) != 0 ? OneMiB : 1, (i & 8) != 0);
                }
            }

            return ways;
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Flush_PipeFull_WaitsForTheReader(VmSpliceMode mode, bool isAsync, bool isNonBlocking, int capacity, bool isLarge)
    {
        Pipe pipe = NewPipeTo(capacity, isNonBlocking);
        VmSpliceWriter writer = NewWriter(pipe, mode);
        int filled = pipe.Capacity;
        pipe.Write(PlacedBytes.Of(filled));
        int count = isLarge ? 3 * OneMiB : Mapped - 1;
        Write(writer, filled, count);
        Task flushing = Flushing(writer, isAsync);
        flushing.IsCompleted.Should().BeFalse("the pipe is full");
        Task reading = MustReadPlaced(pipe.ReadHandle, filled + count);
        await flushing.WaitAsync(Patience);
        writer.UnflushedBytes.Should().Be(0);
        pipe.WriteHandle.Dispose();
        writer.Dispose();
        await reading.WaitAsync(Patience);
    }

    [Theory]
    [MemberData(nameof(ModesAndFlushes))]
    public async Task Flush_ReaderTakesAByteAtATime_AllArrive(VmSpliceMode mode, bool isAsync)
    {
        Pipe pipe = NewPipe(capacity: 1);
        VmSpliceWriter writer = NewWriter(pipe, mode);
        Write(writer, 0, 30_000);
        Task<byte[]> reading = Reading(pipe.ReadHandle, portion: 1);
        await Flushing(writer, isAsync).WaitAsync(Patience);
        pipe.WriteHandle.Dispose();
        (await reading.WaitAsync(Patience)).MustBe(PlacedBytes.Of(30_000));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task FlushAsync_Cancelled_TheNextFlushGoesOn(VmSpliceMode mode, bool isAsync, bool isNonBlocking, int capacity, bool isLarge)
    {
        Pipe pipe = NewPipeTo(capacity, isNonBlocking);
        VmSpliceWriter writer = NewWriter(pipe, mode);
        int filled = pipe.Capacity - (Environment.SystemPageSize / 2);
        pipe.Write(PlacedBytes.Of(filled));
        int count = isLarge ? 2 * OneMiB : Mapped - 1;
        Write(writer, filled, count);
        using CancellationTokenSource source = new();
        Task flushing = Flushing(writer, isAsync: true, source.Token);
        flushing.IsCompleted.Should().BeFalse();
        await source.CancelAsync();
        await FluentActions.Awaiting(() => flushing.WaitAsync(Patience)).Should().ThrowAsync<OperationCanceledException>();
        long sent = writer.BytesMapped + writer.BytesCopied;
        (writer.UnflushedBytes + sent).Should().Be(count);

        Write(writer, filled + count, 100);
        Task reading = MustReadPlaced(pipe.ReadHandle, filled + count + 100);
        await Flushing(writer, isAsync).WaitAsync(Patience);
        (writer.BytesMapped + writer.BytesCopied).Should().Be(count + 100);
        pipe.WriteHandle.Dispose();
        writer.Dispose();
        await reading.WaitAsync(Patience);
    }

    [Fact]
    public async Task FlushAsync_TokenCancelledBefore_NothingHappens()
    {
        Pipe pipe = NewPipe();
        VmSpliceWriter writer = NewWriter(pipe, VmSpliceMode.AnyReader);
        Write(writer, 0, Mapped);
        await FluentActions.Awaiting(() => writer.FlushAsync(new CancellationToken(canceled: true)).AsTask()).Should().ThrowAsync<OperationCanceledException>();
        (writer.UnflushedBytes, pipe.BytesAvailable).Should().Be((Mapped, 0));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Flush_ReaderGoes_EpipeAndNothingIsForgotten(VmSpliceMode mode, bool isAsync, bool isNonBlocking, int capacity, bool isLarge)
    {
        Pipe pipe = NewPipeTo(capacity, isNonBlocking);
        VmSpliceWriter writer = NewWriter(pipe, mode);
        int count = isLarge ? 3 * OneMiB : Mapped - 1;
        pipe.Full();
        Write(writer, 0, count);
        Task flushing = Flushing(writer, isAsync);
        pipe.ReadHandle.Dispose();
        (await FluentActions.Awaiting(() => flushing.WaitAsync(Patience)).Should().ThrowAsync<ErrnoException>())
            .Which.Should().Match<ErrnoException>(e => e.Errno == Errno.EPIPE && e.Syscall == (isLarge ? "vmsplice" : "write"));
        (writer.UnflushedBytes + writer.BytesMapped + writer.BytesCopied).Should().Be(count);
        writer.Dispose();
    }

    [Theory]
    [InlineData(Mapped - 1, false)]
    [InlineData(Mapped - 1, true)]
    [InlineData(3 * OneMiB, false)]
    [InlineData(3 * OneMiB, true)]
    public async Task Flush_HandleDisposedMeanwhile_ObjectDisposedException(int count, bool isAsync)
    {
        Pipe pipe = NewPipe();
        VmSpliceWriter writer = NewWriter(pipe, VmSpliceMode.AnyReader);
        int filled = pipe.Capacity - Environment.SystemPageSize;
        pipe.Write(PlacedBytes.Of(filled));
        Write(writer, filled, count);
        Task flushing = Flushing(writer, isAsync);
        SpinWait.SpinUntil(() => pipe.BytesAvailable == pipe.Capacity, Patience).Should().BeTrue("there is room for a page");
        pipe.WriteHandle.Dispose();
        await FluentActions.Awaiting(() => flushing.WaitAsync(Patience)).Should().ThrowAsync<ObjectDisposedException>();
        (writer.UnflushedBytes + writer.BytesMapped + writer.BytesCopied).Should().Be(count);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Flush_Over_TheReaderSeesTheEndOnceTheHandleIsDisposed(VmSpliceMode mode, bool isAsync, bool isNonBlocking, int capacity, bool isLarge)
    {
        Pipe pipe = NewPipeTo(capacity, isNonBlocking);
        VmSpliceWriter writer = NewWriter(pipe, mode);
        int count = isLarge ? 2 * OneMiB : Mapped - 1;
        Write(writer, 0, count);
        Task reading = MustReadPlaced(pipe.ReadHandle, count);
        await Flushing(writer, isAsync).WaitAsync(Patience);
        pipe.WriteHandle.Dispose();
        await reading.WaitAsync(Patience);
    }
}
