using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Memory;

/// <summary>What is refused: with which exception, and that the bytes are still there afterwards, to be mapped elsewhere.</summary>
public sealed class PageBufferErrnoTests : PageBufferTest
{
    private readonly byte[] _bytes = Bytes.Random(PageSize + 1);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void New_NoLength_ArgumentOutOfRangeException(int length)
    {
        long before = OutstandingBytes;
        foreach (bool hugePages in (bool[])[false, true])
        {
            FluentActions.Invoking(() => new PageBuffer(length, hugePages))
                .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("length");
        }

        OutstandingBytes.Should().Be(before);
    }

    [Fact]
    public void MapInto_BadCount_ArgumentOutOfRangeException()
    {
        foreach (int mapped in (int[])[0, 10])
        {
            PageBuffer buffer = BufferOf(_bytes);
            Pipe pipe = NewPipe();
            buffer.MapInto(pipe.WriteHandle, mapped);
            foreach (int count in (int[])[-1, int.MinValue, _bytes.Length - mapped + 1, int.MaxValue])
            {
                new MapIntoCall(buffer, pipe.WriteHandle, count).MustThrow<ArgumentOutOfRangeException>("count");
            }

            MustStillHave(buffer, mapped);
            pipe.BytesAvailable.Should().Be(mapped);
        }
    }

    [Fact]
    public void MapInto_BadHandle_ThrowsBeforeTheCall()
    {
        PageBuffer buffer = BufferOf(_bytes);
        Pipe disposed = NewPipe();
        disposed.Dispose();
        foreach (int count in (int[])[0, 1, _bytes.Length])
        {
            new MapIntoCall(buffer, null!, count).MustThrow<ArgumentNullException>("pipe");
            new MapIntoCall(buffer, disposed.WriteHandle, count).MustThrow<ObjectDisposedException>();
        }

        FluentActions.Invoking(() => buffer.MapInto(null!)).Should().Throw<ArgumentNullException>().WithParameterName("pipe");
        FluentActions.Invoking(() => buffer.MapInto(disposed.WriteHandle)).Should().Throw<ObjectDisposedException>();
        MustStillHave(buffer, 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public void MapInto_NoWriteEndOfAPipe_EbadfAndNothingIsLost(int mapped)
    {
        PageBuffer buffer = BufferOf(_bytes);
        Pipe pipe = NewPipe();
        buffer.MapInto(pipe.WriteHandle, mapped);
        SocketPair sockets = Own(SocketPair.Tcp());
        SafeFileHandle file = Own(File.OpenHandle(PathOf("file"), FileMode.Create, FileAccess.ReadWrite));
        SafeFileHandle foreign = Own(new SafeFileHandle(-1, ownsHandle: false));
        foreach (SafeHandle handle in (SafeHandle[])[pipe.ReadHandle, file, foreign, sockets.Near.SafeHandle])
        {
            new MapIntoCall(buffer, handle, _bytes.Length - mapped).MustFail(Errno.EBADF);
            FluentActions.Invoking(() => buffer.MapInto(handle)).Should().Throw<ErrnoException>().Which.Errno.Should().Be(Errno.EBADF);
        }

        MustStillHave(buffer, mapped);
        pipe.BytesAvailable.Should().Be(mapped);
        RandomAccess.GetLength(file).Should().Be(0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public void MapInto_NoReader_EpipeAndNothingIsLost(int mapped)
    {
        PageBuffer buffer = BufferOf(_bytes);
        Pipe pipe = NewPipe();
        buffer.MapInto(pipe.WriteHandle, mapped);
        pipe.ReadHandle.Dispose();
        new MapIntoCall(buffer, pipe.WriteHandle, _bytes.Length - mapped).MustFail(Errno.EPIPE);
        new MapIntoCall(buffer, pipe.WriteHandle, 1, SpliceFlags.NonBlock).MustFail(Errno.EPIPE);
        MustStillHave(buffer, mapped);
    }

    [Fact]
    public void MapInto_UnknownFlag_EinvalAndNothingIsLost()
    {
        PageBuffer buffer = BufferOf(_bytes);
        Pipe pipe = NewPipe(nonBlocking: true);
        new MapIntoCall(buffer, pipe.WriteHandle, 1, (SpliceFlags)0x10).MustFail(Errno.EINVAL);
        new MapIntoCall(buffer, pipe.WriteHandle, 1, (SpliceFlags)0x10 | SpliceFlags.NonBlock).MustFail(Errno.EINVAL);
        MustStillHave(buffer, 0);
        pipe.BytesAvailable.Should().Be(0);
    }

    [Theory]
    [InlineData(SpliceFlags.Move)]
    [InlineData(SpliceFlags.More)]
    [InlineData(SpliceFlags.Gift)]
    [InlineData(SpliceFlags.Move | SpliceFlags.More | SpliceFlags.Gift | SpliceFlags.NonBlock)]
    public void MapInto_AnyKnownFlag_TheBytesArrive(SpliceFlags flags)
    {
        PageBuffer buffer = BufferOf(_bytes);
        Pipe pipe = NewPipe();
        buffer.MapInto(pipe.WriteHandle, 10, flags);
        buffer.MapInto(pipe.WriteHandle, flags);
        ReadExactly(pipe, _bytes.Length).MustBe(_bytes);
    }

    private void MustStillHave(PageBuffer buffer, int mapped)
    {
        buffer.BytesMapped.Should().Be(mapped);
        buffer.Span.ToArray().MustBe(_bytes.AsSpan(mapped));
        Pipe elsewhere = NewPipe();
        buffer.MapInto(elsewhere.WriteHandle).Should().Be(_bytes.Length - mapped);
        ReadExactly(elsewhere, _bytes.Length - mapped).MustBe(_bytes.AsSpan(mapped));
    }
}
