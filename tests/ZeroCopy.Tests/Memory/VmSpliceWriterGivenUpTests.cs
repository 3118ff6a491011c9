namespace ZeroCopy.Tests.Memory;

/// <summary>
/// What is left of a flush that was given up, which Dispose does not wait for: a loop whose token was cancelled gets out of its using block, whatever the reader
/// does.
/// </summary>
public sealed class VmSpliceWriterGivenUpTests : VmSpliceWriterTest
{
    [Theory]
    [MemberData(nameof(ModesAndFlushes))]
    public async Task Dispose_FlushWasCancelledBeforeItBegan_DoesNotTryAgain(VmSpliceMode mode, bool isAsync)
    {
        Pipe pipe = NewPipe().Full();
        VmSpliceWriter writer = NewWriter(pipe, mode);
        Write(writer, 0, 100);
        await writer.Awaiting(it => it.FlushAsync(new CancellationToken(canceled: true)).AsTask()).Should().ThrowAsync<OperationCanceledException>();
        await Disposing(writer, isAsync).WaitAsync(Patience);
        pipe.BytesAvailable.Should().Be(pipe.Capacity);
    }

    [Theory]
    [MemberData(nameof(ModesAndFlushes))]
    public async Task Dispose_FlushWasCancelledWithNothingUnflushed_FlushesWhatIsWrittenLater(VmSpliceMode mode, bool isAsync)
    {
        Pipe pipe = NewPipe();
        VmSpliceWriter writer = NewWriter(pipe, mode);
        await writer.Awaiting(it => it.FlushAsync(new CancellationToken(canceled: true)).AsTask()).Should().ThrowAsync<OperationCanceledException>();
        Write(writer, 0, 100);
        await Disposing(writer, isAsync).WaitAsync(Patience);
        pipe.ReadPlaced(0, 100);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task DisposeOfTheStream_FlushWasCancelled_DoesNotTryAgain(bool leaveOpen, bool isAsync)
    {
        Pipe pipe = NewPipe().Full();
        VmSpliceWriter writer = NewWriter(pipe, VmSpliceMode.AnyReader);
        Write(writer, 0, 100);
        await CancelFlushAsync(writer);
        await Disposing(writer.AsStream(leaveOpen), isAsync).WaitAsync(Patience);
        writer.UnflushedBytes.Should().Be(100);
        if (leaveOpen)
        {
            pipe.Read();
            await writer.FlushAsync();
            pipe.ReadPlaced(0, 100);
        }
    }
}
