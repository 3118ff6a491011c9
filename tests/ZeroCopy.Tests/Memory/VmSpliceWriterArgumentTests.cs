using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Memory;

public sealed class VmSpliceWriterArgumentTests : VmSpliceWriterTest
{
    [Fact]
    public void Constructor_NoEndThatCanBeWrittenTo_Refused()
    {
        Pipe pipe = NewPipe();
        Pipe closed = NewPipe();
        closed.Dispose();
        using SafeFileHandle file = File.OpenHandle(PathOf("file"), FileMode.Create, FileAccess.Write);
        using SafeFileHandle foreign = new(-1, ownsHandle: false);
        Making(null!).Should().Throw<ArgumentNullException>().WithParameterName("pipe");
        Making(closed.WriteHandle).Should().Throw<ObjectDisposedException>();
        Making(pipe.ReadHandle).Should().Throw<ArgumentException>().WithParameterName("pipe").WithMessage("*read end*");
        Making(file).Should().Throw<ArgumentException>().WithParameterName("pipe").WithMessage("*not that of an open pipe*");
        Making(foreign).Should().Throw<ArgumentException>().WithParameterName("pipe");
        Making(pipe.WriteHandle, (VmSpliceMode)2).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("mode");
        Making(pipe.WriteHandle, (VmSpliceMode)(-1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("mode");
    }

    [Fact]
    public void GetSpanAndAdvance_OutOfRange_RefusedAndNothingChanges()
    {
        Pipe pipe = NewPipe();
        VmSpliceWriter writer = NewWriter(pipe, VmSpliceMode.AnyReader);
        foreach (int size in (int[])[-1, int.MinValue, VmSpliceWriter.MaxUnflushedBytes + 1])
        {
            writer.Invoking(w => w.GetMemory(size)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("sizeHint");
            FluentActions.Invoking(() => writer.GetSpan(size).Length).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("sizeHint");
        }

        int room = writer.GetMemory().Length;
        writer.Invoking(w => w.Advance(-1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("count");
        writer.Invoking(w => w.Advance(room + 1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("count");
        writer.UnflushedBytes.Should().Be(0);
        writer.Advance(room - 1);
        writer.Advance(1);
        writer.UnflushedBytes.Should().Be(room);
        writer.Invoking(w => w.Advance(1)).Should().Throw<ArgumentOutOfRangeException>("no more was got");
    }

    [Fact]
    public async Task EveryCall_AfterDispose_ObjectDisposedException()
    {
        Pipe pipe = NewPipe();
        VmSpliceWriter writer = new(pipe.WriteHandle);
        Memory<byte> kept = writer.GetMemory();
        kept.Span[0] = 1;
        writer.Dispose();
        writer.Dispose();
        await writer.DisposeAsync();
        writer.Invoking(w => w.GetMemory()).Should().Throw<ObjectDisposedException>();
        FluentActions.Invoking(() => writer.GetSpan().Length).Should().Throw<ObjectDisposedException>();
        writer.Invoking(w => w.Advance(0)).Should().Throw<ObjectDisposedException>();
        writer.Invoking(w => w.Flush()).Should().Throw<ObjectDisposedException>();
        await FluentActions.Awaiting(() => writer.FlushAsync().AsTask()).Should().ThrowAsync<ObjectDisposedException>();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        kept.Span[0].Should().Be(0, "memory that was kept reads zeroes");
        kept.Span[0] = 2;
    }

    [Fact]
    public void Flush_HandleDisposed_ObjectDisposedException()
    {
        Pipe pipe = NewPipe();
        VmSpliceWriter writer = NewWriter(pipe, VmSpliceMode.AnyReader);
        Write(writer, 0, Mapped);
        pipe.Dispose();
        writer.Invoking(w => w.Flush()).Should().Throw<ObjectDisposedException>();
        writer.UnflushedBytes.Should().Be(Mapped);
    }

    private static Action Making(SafeHandle pipe, VmSpliceMode mode = VmSpliceMode.AnyReader) => () => new VmSpliceWriter(pipe, mode).Dispose();
}
