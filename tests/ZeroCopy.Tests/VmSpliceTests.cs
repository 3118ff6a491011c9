using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests;

public sealed unsafe class VmSpliceTests : KernelTest
{
    private const int MostSegments = 1024;

    private readonly byte* _page = (byte*)NativeMemory.AlignedAlloc((nuint)Environment.SystemPageSize, (nuint)Environment.SystemPageSize);

    [Fact]
    public void Fill_Span_BytesConsumedFromThePipe()
    {
        Pipe pipe = PipeOf("hello");
        byte[] buffer = new byte[3];
        VmSplice.Fill(pipe.ReadHandle, buffer).Should().Be(3);
        buffer.Should().Equal("hel"u8.ToArray());
        VmSplice.Fill(pipe.ReadHandle, buffer).Should().Be(2);
        buffer.Should().Equal("lol"u8.ToArray());
        pipe.BytesAvailable.Should().Be(0);
    }

    [Fact]
    public void Fill_LargeSpan_WholePipe()
    {
        Pipe pipe = NewPipe();
        byte[] bytes = Bytes.Random(pipe.Capacity);
        pipe.Write(bytes);
        byte[] buffer = new byte[bytes.Length + 1];
        VmSplice.Fill(pipe.ReadHandle, buffer).Should().Be(bytes.Length);
        buffer[..^1].Should().Equal(bytes);
    }

    [Fact]
    public void Fill_Segments_InTheirOrder()
    {
        Pipe pipe = PipeOf("hello world");
        IOVector* segments = stackalloc IOVector[] { new(_page, 5), new(_page + 100, 1), new(_page + 200, 5) };
        VmSplice.Fill(pipe.ReadHandle, segments, 3).Should().Be(11);
        new Span<byte>(_page, 5).SequenceEqual("hello"u8).Should().BeTrue();
        _page[100].Should().Be((byte)' ');
        new Span<byte>(_page + 200, 5).SequenceEqual("world"u8).Should().BeTrue();
    }

    [Fact]
    public void Fill_EmptyPipe_ZeroWithoutAWriterAndEagainWithOne()
    {
        Pipe pipe = NewPipe();
        new FillCall(pipe.ReadHandle, Flags: SpliceFlags.NonBlock).MustFail(Errno.EAGAIN);
        pipe.WriteHandle.Dispose();
        new FillCall(pipe.ReadHandle).MustReturnZero();
    }

    [Fact]
    public void Fill_EmptySpan_Zero() => new FillCall(PipeOf("x").ReadHandle, Length: 0).MustReturnZero();

    [Fact]
    public void Fill_WriteEnd_EbadfAndNothingIsMapped()
    {
        Pipe pipe = NewPipe();
        new FillCall(pipe.WriteHandle).MustFail(Errno.EBADF);
        new FillCall(pipe.WriteHandle, Length: 0).MustFail(Errno.EBADF);
        pipe.BytesAvailable.Should().Be(0);
    }

    [Fact]
    public void Fill_FifoOpenForBoth_EbadfAndNothingIsMapped()
    {
        using SafeFileHandle fifo = Native.Open(Native.Fifo(PathOf("fifo")), Native.O_RDWR);
        new FillCall(fifo).MustFail(Errno.EBADF);
        new SpliceCall(fifo, NewPipe().WriteHandle, Flags: SpliceFlags.NonBlock).MustFail(Errno.EAGAIN);
    }

    [Fact]
    public void FillAndMap_NoPipe_Ebadf()
    {
        using SafeFileHandle file = File.OpenHandle(PathOf("file"), FileMode.Create, FileAccess.ReadWrite);
        using SafeFileHandle readOnly = File.OpenHandle(PathOf("file"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using SafeFileHandle foreign = new(-1, ownsHandle: false);
        IOVector segment = new(_page, 1);
        foreach (SafeFileHandle handle in (SafeFileHandle[])[file, readOnly, foreign])
        {
            new FillCall(handle).MustFail(Errno.EBADF);
            new SegmentsCall(map: true, handle, &segment, 1).MustFail(Errno.EBADF);
        }
    }

    [Fact]
    public void Map_ThreeSegments_AllBytesInOrder()
    {
        Pipe pipe = NewPipe();
        "abcdef"u8.CopyTo(new Span<byte>(_page, 6));
        IOVector* segments = stackalloc IOVector[] { new(_page, 1), new(_page + 1, 2), new(_page + 3, 3) };
        VmSplice.Map(pipe.WriteHandle, segments, 3).Should().Be(6);
        pipe.ReadText().Should().Be("abcdef");
    }

    [Fact]
    public void Map_FifoOpenForBoth_Writes()
    {
        using SafeFileHandle fifo = Native.Open(Native.Fifo(PathOf("fifo")), Native.O_RDWR);
        *_page = (byte)'x';
        IOVector segment = new(_page, 1);
        VmSplice.Map(fifo, &segment, 1).Should().Be(1);
        Pipe pipe = NewPipe();
        Splice.Move(fifo, pipe.WriteHandle, 1).Should().Be(1);
        pipe.ReadText().Should().Be("x");
    }

    [Fact]
    public void Map_ReadEnd_EbadfAndTheMemoryIsAsItWas()
    {
        Pipe pipe = PipeOf("x");
        *_page = (byte)'y';
        IOVector segment = new(_page, 1);
        new SegmentsCall(map: true, pipe.ReadHandle, &segment, 1).MustFail(Errno.EBADF);
        (*_page).Should().Be((byte)'y');
        pipe.ReadText().Should().Be("x");
    }

    [Fact]
    public void Map_FullPipeNonBlocking_Eagain()
    {
        IOVector segment = new(_page, 1);
        new SegmentsCall(map: true, NewPipe().Full().WriteHandle, &segment, 1, SpliceFlags.NonBlock).MustFail(Errno.EAGAIN);
    }

    [Fact]
    public void Map_MoreThanThePipeHolds_ReturnsAsSoonAsItIsFull()
    {
        int size = 4 * Environment.SystemPageSize;
        byte* pages = (byte*)NativeMemory.AlignedAlloc((nuint)size, (nuint)Environment.SystemPageSize);
        try
        {
            Pipe pipe = NewPipe(Environment.SystemPageSize);
            new Span<byte>(pages, size).Fill((byte)'p');
            nint start = (nint)pages;
            InTime(() => Map(pipe, start, size)).Should().Be(pipe.Capacity);
            pipe.Read().Should().AllBeEquivalentTo((byte)'p');
        }
        finally
        {
            NativeMemory.AlignedFree(pages);
        }
    }

    [Fact]
    public void Map_NoReader_Epipe()
    {
        Pipe pipe = NewPipe();
        pipe.ReadHandle.Dispose();
        IOVector segment = new(_page, 1);
        new SegmentsCall(map: true, pipe.WriteHandle, &segment, 1).MustFail(Errno.EPIPE);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void FillAndMap_BadSegments_EfaultOrEinval(bool map)
    {
        Pipe pipe = PipeOf("x");
        SafeFileHandle end = map ? pipe.WriteHandle : pipe.ReadHandle;
        IOVector* segments = stackalloc IOVector[MostSegments + 1];
        new Span<IOVector>(segments, MostSegments + 1).Fill(new IOVector(_page, 1));
        new SegmentsCall(map, end, segments, MostSegments + 1).MustFail(Errno.EINVAL);
        new SegmentsCall(map, end, segments, 1, (SpliceFlags)0x10).MustFail(Errno.EINVAL);
        new SegmentsCall(map, end, null, 1).MustFail(Errno.EFAULT);
        segments[0] = new IOVector(null, 1);
        new SegmentsCall(map, end, segments, 1).MustFail(Errno.EFAULT);
        segments[0] = new IOVector(_page, (nuint)nint.MaxValue + 1);
        new SegmentsCall(map, end, segments, 1).MustFail(Errno.EINVAL);
        pipe.ReadText().Should().Be("x");
    }

    [Fact]
    public void Fill_SlotThatDoesNotFit_EfaultAndItStays()
    {
        Pipe pipe = PipeOf("0123456789");
        IOVector* segments = stackalloc IOVector[] { new(_page, 5), new(null, 5) };
        new SegmentsCall(map: false, pipe.ReadHandle, segments, 2).MustFail(Errno.EFAULT);
        pipe.ReadText().Should().Be("0123456789");
    }

    [Fact]
    public void Map_SecondSegmentBad_TheFirstIsMapped()
    {
        Pipe pipe = NewPipe();
        "abcde"u8.CopyTo(new Span<byte>(_page, 5));
        IOVector* segments = stackalloc IOVector[] { new(_page, 5), new(null, 5) };
        VmSplice.Map(pipe.WriteHandle, segments, 2).Should().Be(5);
        pipe.ReadText().Should().Be("abcde");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void FillAndMap_NoSegments_Zero(bool map)
    {
        Pipe pipe = PipeOf("x");
        SafeFileHandle end = map ? pipe.WriteHandle : pipe.ReadHandle;
        IOVector empty = new(_page, 0);
        new SegmentsCall(map, end, &empty, 1).MustReturnZero();
        new SegmentsCall(map, end, null, 0).MustReturnZero();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void FillAndMap_BadArguments_ThrowBeforeTheCall(bool map)
    {
        Pipe disposed = NewPipe();
        disposed.Dispose();
        IOVector segment = new(_page, 1);
        new SegmentsCall(map, null!, &segment, 1).MustThrow<ArgumentNullException>("pipe");
        new SegmentsCall(map, map ? disposed.WriteHandle : disposed.ReadHandle, &segment, 1).MustThrow<ObjectDisposedException>();
        new SegmentsCall(map, NewPipe().ReadHandle, &segment, -1).MustThrow<ArgumentOutOfRangeException>("count");
        new FillCall(null!).MustThrow<ArgumentNullException>("pipe");
        new FillCall(disposed.ReadHandle).MustThrow<ObjectDisposedException>();
    }

    [Fact]
    public void IOVector_Properties_AreWhatItWasMadeOf()
    {
        IOVector segment = new(_page, 7);
        ((nint)segment.BaseAddress).Should().Be((nint)_page);
        segment.Length.Should().Be(7);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        NativeMemory.AlignedFree(_page);
    }

    private static long Map(Pipe pipe, nint start, int length)
    {
        IOVector segment = new((void*)start, (nuint)length);
        return VmSplice.Map(pipe.WriteHandle, &segment, 1);
    }
}
