using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests;

public sealed class TeeTests : KernelTest
{
    [Fact]
    public void Duplicate_WholePipe_BothHaveTheBytes()
    {
        Pipe source = NewPipe();
        Pipe target = NewPipe();
        byte[] bytes = Bytes.Random(source.Capacity);
        source.Write(bytes);
        Tee.Duplicate(source.ReadHandle, target.WriteHandle, long.MaxValue).Should().Be(bytes.Length);
        target.Read(bytes.Length).Should().Equal(bytes);
        source.Read(bytes.Length).Should().Equal(bytes);
    }

    [Fact]
    public void Duplicate_PartOfASlot_ExactlyThatAndAlwaysFromTheStart()
    {
        Pipe source = NewPipe();
        Pipe target = NewPipe();
        source.Write("abc");
        Tee.Duplicate(source.ReadHandle, target.WriteHandle, 2).Should().Be(2);
        Tee.Duplicate(source.ReadHandle, target.WriteHandle, 2).Should().Be(2);
        target.ReadText().Should().Be("abab");
        source.ReadText().Should().Be("abc");
    }

    [Fact]
    public void Duplicate_IntoASmallerPipe_AsMuchAsItHolds()
    {
        Pipe source = NewPipe(4 * Environment.SystemPageSize).Full();
        Pipe target = NewPipe(Environment.SystemPageSize);
        Tee.Duplicate(source.ReadHandle, target.WriteHandle, long.MaxValue).Should().Be(target.Capacity);
    }

    [Fact]
    public void Duplicate_IntoAnEmptyPipeOfTheSameCapacity_NeverShort()
    {
        string path = PathOf("file");
        File.WriteAllBytes(path, new byte[1000]);
        using SafeFileHandle file = File.OpenHandle(path);
        Pipe source = NewPipe(nonBlocking: true);
        while (Splice.TryMove(file, source.WriteHandle, 1, SpliceFlags.None, out _) == Errno.None)
        {
        }

        Tee.Duplicate(source.ReadHandle, NewPipe().WriteHandle, long.MaxValue).Should().Be(source.BytesAvailable);
    }

    [Fact]
    public void Duplicate_WritesAfterwards_DoNotShowInTheOther()
    {
        Pipe source = NewPipe();
        Pipe target = NewPipe();
        source.Write("abc");
        Tee.Duplicate(source.ReadHandle, target.WriteHandle, 3);
        source.Write("def");
        target.Write("XYZ");
        source.ReadText().Should().Be("abcdef");
        target.ReadText().Should().Be("abcXYZ");
    }

    [Fact]
    public void Duplicate_EmptySource_ZeroWithoutAWriterAndEagainWithOne()
    {
        Pipe source = NewPipe(nonBlocking: true);
        Pipe target = NewPipe();
        new TeeCall(source.ReadHandle, target.WriteHandle).MustFail(Errno.EAGAIN);
        source.WriteHandle.Dispose();
        new TeeCall(source.ReadHandle, target.WriteHandle, Flags: SpliceFlags.NonBlock).MustReturnZero();
    }

    [Theory]
    [InlineData(true, false, SpliceFlags.None)]
    [InlineData(false, true, SpliceFlags.None)]
    [InlineData(false, false, SpliceFlags.NonBlock)]
    public void Duplicate_IntoAFullPipeNonBlocking_Eagain(bool nonBlockingIn, bool nonBlockingOut, SpliceFlags flags)
    {
        Pipe source = NewPipe(nonBlocking: nonBlockingIn);
        source.Write("x");
        new TeeCall(source.ReadHandle, NewPipe(nonBlocking: nonBlockingOut).Full().WriteHandle, Flags: flags).MustFail(Errno.EAGAIN);
    }

    [Fact]
    public void Duplicate_WrongEnds_Ebadf()
    {
        Pipe source = PipeOf("x");
        Pipe target = NewPipe();
        new TeeCall(source.WriteHandle, target.WriteHandle).MustFail(Errno.EBADF);
        new TeeCall(source.ReadHandle, target.ReadHandle).MustFail(Errno.EBADF);
    }

    [Fact]
    public void Duplicate_HandleWithoutADescriptor_Ebadf()
    {
        using SafeFileHandle foreign = new(-1, ownsHandle: false);
        new TeeCall(foreign, NewPipe().WriteHandle).MustFail(Errno.EBADF);
        new TeeCall(PipeOf("x").ReadHandle, foreign).MustFail(Errno.EBADF);
    }

    [Fact]
    public void Duplicate_NoPipe_Einval()
    {
        using SafeFileHandle file = File.OpenHandle(PathOf("file"), FileMode.Create, FileAccess.ReadWrite);
        new TeeCall(file, NewPipe().WriteHandle).MustFail(Errno.EINVAL);
        new TeeCall(PipeOf("x").ReadHandle, file).MustFail(Errno.EINVAL);
    }

    [Fact]
    public void Duplicate_APipeToItself_Einval()
    {
        Pipe pipe = PipeOf("x");
        new TeeCall(pipe.ReadHandle, pipe.WriteHandle).MustFail(Errno.EINVAL);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void Duplicate_UnknownFlag_EinvalForALengthOfZeroToo(long len) =>
        new TeeCall(PipeOf("x").ReadHandle, NewPipe().WriteHandle, len, (SpliceFlags)0x10).MustFail(Errno.EINVAL);

    [Fact]
    public void Duplicate_IntoAPipeWithoutAReader_EpipeAndTheBytesStay()
    {
        Pipe source = PipeOf("kept");
        Pipe target = NewPipe();
        target.ReadHandle.Dispose();
        new TeeCall(source.ReadHandle, target.WriteHandle).MustFail(Errno.EPIPE);
        source.ReadText().Should().Be("kept");
    }

    [Fact]
    public void Duplicate_LengthZero_ReturnsZero() => new TeeCall(NewPipe().ReadHandle, NewPipe().WriteHandle, Len: 0).MustReturnZero();

    [Fact]
    public void Duplicate_BadArguments_ThrowBeforeTheCall()
    {
        Pipe pipe = NewPipe();
        Pipe disposed = NewPipe();
        disposed.Dispose();
        new TeeCall(null!, pipe.WriteHandle).MustThrow<ArgumentNullException>("fdIn");
        new TeeCall(pipe.ReadHandle, null!).MustThrow<ArgumentNullException>("fdOut");
        new TeeCall(disposed.ReadHandle, pipe.WriteHandle).MustThrow<ObjectDisposedException>();
        new TeeCall(pipe.ReadHandle, disposed.WriteHandle).MustThrow<ObjectDisposedException>();
        new TeeCall(pipe.ReadHandle, NewPipe().WriteHandle, Len: -1).MustThrow<ArgumentOutOfRangeException>("len");
    }
}
