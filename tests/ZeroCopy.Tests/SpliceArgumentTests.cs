using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests;

public sealed class SpliceArgumentTests : KernelTest
{
    [Fact]
    public void Move_NullHandle_ArgumentNullException()
    {
        Pipe pipe = NewPipe();
        new SpliceCall(null!, pipe.WriteHandle).MustThrow<ArgumentNullException>("fdIn");
        new SpliceCall(pipe.ReadHandle, null!).MustThrow<ArgumentNullException>("fdOut");
        new SpliceCall(null!, pipe.WriteHandle, OffsetIn: 0).MustThrow<ArgumentNullException>("fdIn");
        new SpliceCall(pipe.ReadHandle, null!, OffsetIn: 0).MustThrow<ArgumentNullException>("fdOut");
    }

    [Fact]
    public void Move_DisposedHandle_ObjectDisposedExceptionAndTheOtherIsReleased()
    {
        Pipe disposed = NewPipe();
        disposed.Dispose();
        Pipe pipe = NewPipe();
        pipe.Write("kept");
        new SpliceCall(disposed.ReadHandle, pipe.WriteHandle).MustThrow<ObjectDisposedException>();
        new SpliceCall(pipe.ReadHandle, disposed.WriteHandle).MustThrow<ObjectDisposedException>();
        pipe.ReadText().Should().Be("kept");
        pipe.Dispose();
        pipe.ReadHandle.IsClosed.Should().BeTrue();
        Native.DescriptorFlags(new SafeFileHandle(pipe.ReadHandle.DangerousGetHandle(), ownsHandle: false)).Should().Be(-1, "no reference was left");
    }

    [Fact]
    public void Move_NegativeLength_ArgumentOutOfRangeException()
    {
        Pipe pipe = NewPipe();
        new SpliceCall(pipe.ReadHandle, NewPipe().WriteHandle, Len: -1).MustThrow<ArgumentOutOfRangeException>("len");
        new SpliceCall(pipe.ReadHandle, NewPipe().WriteHandle, Len: long.MinValue, OffsetIn: 0).MustThrow<ArgumentOutOfRangeException>("len");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void Move_NegativeOffset_ArgumentOutOfRangeException(long offset)
    {
        Pipe pipe = NewPipe();
        new SpliceCall(pipe.ReadHandle, NewPipe().WriteHandle, OffsetIn: offset).MustThrow<ArgumentOutOfRangeException>("offsetIn");
        new SpliceCall(pipe.ReadHandle, NewPipe().WriteHandle, OffsetOut: offset).MustThrow<ArgumentOutOfRangeException>("offsetOut");
    }

    [Fact]
    public void Move_LengthZero_ReturnsZeroWhateverTheHandles()
    {
        using SafeFileHandle foreign = new(-1, ownsHandle: false);
        new SpliceCall(foreign, foreign, Len: 0).MustReturnZero();
        Pipe pipe = NewPipe();
        pipe.Write("x");
        new SpliceCall(pipe.ReadHandle, NewPipe().WriteHandle, Len: 0).MustReturnZero();
    }

    [Theory]
    [InlineData(0x7ffff000L)]
    [InlineData(0x7ffff001L)]
    [InlineData(1L << 40)]
    [InlineData(long.MaxValue)]
    public void Move_LengthAboveTheKernelsMost_IsClamped(long len)
    {
        string path = PathOf("file");
        File.WriteAllText(path, "hello");
        using SafeFileHandle source = File.OpenHandle(path);
        using SafeFileHandle target = File.OpenHandle(PathOf("copy"), FileMode.Create, FileAccess.ReadWrite);
        Pipe pipe = NewPipe();
        Splice.Move(source, pipe.WriteHandle, len).Should().Be(5);
        Splice.Move(pipe.ReadHandle, target, len).Should().Be(5);
        File.ReadAllText(PathOf("copy")).Should().Be("hello");

        SocketPair sockets = Own(SocketPair.Tcp());
        sockets.Far.Send("hello"u8);
        Splice.Move(sockets.Near.SafeHandle, pipe.WriteHandle, len).Should().Be(5);
        Splice.Move(pipe.ReadHandle, sockets.Near.SafeHandle, len).Should().Be(5);
    }

    [Fact]
    public void IsSupported_OnLinux_True() => Splice.IsSupported.Should().BeTrue();
}
