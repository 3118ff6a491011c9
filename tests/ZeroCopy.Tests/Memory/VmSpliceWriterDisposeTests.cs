namespace ZeroCopy.Tests.Memory;

public sealed class VmSpliceWriterDisposeTests : VmSpliceWriterTest
{
    [Theory]
    [MemberData(nameof(ModesAndFlushes))]
    public async Task Dispose_SomethingUnflushed_IsFlushed(VmSpliceMode mode, bool isAsync)
    {
        Pipe pipe = NewPipe();
        VmSpliceWriter writer = new(pipe.WriteHandle, mode);
        Write(writer, 0, 50_000);
        await Disposing(writer, isAsync).WaitAsync(Patience);
        pipe.Read().MustBe(PlacedBytes.Of(50_000));
    }

    [Theory]
    [MemberData(nameof(ModesAndFlushes))]
    public async Task Dispose_AfterACancelledFlush_DoesNotWaitForTheReader(VmSpliceMode mode, bool isAsync)
    {
        Pipe pipe = NewPipe().Full();
        VmSpliceWriter writer = new(pipe.WriteHandle, mode);
        Write(writer, 0, 50_000);
        using CancellationTokenSource source = new();
        Task flushing = Flushing(writer, isAsync: true, source.Token);
        await source.CancelAsync();
        await FluentActions.Awaiting(() => flushing.WaitAsync(Patience)).Should().ThrowAsync<OperationCanceledException>();
        await Disposing(writer, isAsync).WaitAsync(Patience);
    }

    [Theory]
    [MemberData(nameof(ModesAndFlushes))]
    public async Task Dispose_AfterAFailedFlush_DoesNotFailAgain(VmSpliceMode mode, bool isAsync)
    {
        Pipe pipe = NewPipe();
        VmSpliceWriter writer = new(pipe.WriteHandle, mode);
        Write(writer, 0, 50_000);
        pipe.ReadHandle.Dispose();
        writer.Invoking(w => w.Flush()).Should().Throw<ErrnoException>();
        await Disposing(writer, isAsync).WaitAsync(Patience);
    }

    [Theory]
    [MemberData(nameof(ModesAndFlushes))]
    public async Task Dispose_FlushFails_TellsSoAndIsDisposedAllTheSame(VmSpliceMode mode, bool isAsync)
    {
        Pipe pipe = NewPipe();
        VmSpliceWriter writer = new(pipe.WriteHandle, mode);
        Write(writer, 0, 50_000);
        pipe.ReadHandle.Dispose();
        (await FluentActions.Awaiting(() => Disposing(writer, isAsync).WaitAsync(Patience)).Should().ThrowAsync<ErrnoException>())
            .Which.Errno.Should().Be(Errno.EPIPE);
        writer.Invoking(w => w.GetMemory()).Should().Throw<ObjectDisposedException>();
    }
}
