using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Memory;

/// <summary>Whoever gets the pages reads what was mapped, however late, and whatever happened to all other memory in between.</summary>
public sealed class PageBufferContentTests : PageBufferTest
{
    private readonly byte[] _bytes = Bytes.Random(16 * PageSize);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Pipe_MuchMemoryIsFilledAfterwards_TheBytesAreRight(bool isDisposed)
    {
        PageBuffer buffer = BufferOf(_bytes);
        Pipe pipe = NewPipe();
        buffer.MapInto(pipe.WriteHandle);
        if (isDisposed)
        {
            buffer.Dispose();
        }

        Disturb(_bytes.Length);
        Disturb(PageSize);
        ReadExactly(pipe, _bytes.Length).MustBe(_bytes);
    }

    [Fact]
    public void Pipe_RestIsDisposedAndMuchMemoryIsFilled_TheBytesAreRight()
    {
        int count = (3 * PageSize) + 5;
        PageBuffer buffer = BufferOf(_bytes);
        Pipe pipe = NewPipe();
        buffer.MapInto(pipe.WriteHandle, count);
        buffer.Dispose();
        Disturb(_bytes.Length);
        ReadExactly(pipe, count).MustBe(_bytes.AsSpan(0, count));
    }

    [Fact]
    public void Tcp_ReceiverReadsLate_TheBytesAreRight()
    {
        SocketPair sockets = Own(SocketPair.Tcp());
        Pipe pipe = NewPipe();
        MapPart(pipe, (5 * PageSize) + 11);
        InTime(() => MoveAll(pipe, sockets.Near.SafeHandle));
        pipe.BytesAvailable.Should().Be(0);
        Disturb(_bytes.Length);
        sockets.Far.ReceiveExactly(_bytes.Length).MustBe(_bytes);
    }

    [Fact]
    public void UnixSocket_ReceiverReadsLate_TheBytesAreRight()
    {
        SocketPair sockets = Own(SocketPair.Unix(PathOf("socket")));
        Pipe pipe = NewPipe();
        MapPart(pipe, 1);
        InTime(() => MoveAll(pipe, sockets.Near.SafeHandle));
        Disturb(_bytes.Length);
        sockets.Far.ReceiveExactly(_bytes.Length).MustBe(_bytes);
    }

    [Fact]
    public void OtherPipe_ReadsLate_TheBytesAreRight()
    {
        Pipe pipe = NewPipe();
        Pipe other = NewPipe(1 << 20);
        MapPart(pipe, PageSize - 1);
        InTime(() => MoveAll(pipe, other.WriteHandle));
        pipe.Dispose();
        Disturb(_bytes.Length);
        ReadExactly(other, _bytes.Length).MustBe(_bytes);
    }

    [Fact]
    public void File_MuchMemoryIsFilledAfterwards_TheBytesAreRight()
    {
        Pipe pipe = NewPipe();
        MapPart(pipe, 2 * PageSize);
        using (SafeFileHandle file = File.OpenHandle(PathOf("file"), FileMode.Create, FileAccess.Write))
        {
            MoveAll(pipe, file);
        }

        Disturb(_bytes.Length);
        File.ReadAllBytes(PathOf("file")).MustBe(_bytes);
    }

    [Fact]
    public void Tee_BothReadLate_TheBytesAreRightInEach()
    {
        Pipe pipe = NewPipe();
        Pipe copy = NewPipe(1 << 20);
        MapPart(pipe, PageSize + 1);
        Tee.Duplicate(pipe.ReadHandle, copy.WriteHandle, _bytes.Length).Should().Be(_bytes.Length);
        Disturb(_bytes.Length);
        ReadExactly(pipe, _bytes.Length).MustBe(_bytes);
        Disturb(_bytes.Length);
        ReadExactly(copy, _bytes.Length).MustBe(_bytes);
    }

    [Fact]
    public void Fork_WhilePartIsMapped_TheBytesAreRightAndTheRestMayBeWrittenTo()
    {
        int count = PageSize + 100;
        PageBuffer buffer = Own(new PageBuffer(_bytes.Length));
        _bytes.AsSpan(0, count).CopyTo(buffer.Span);
        Pipe pipe = NewPipe(1 << 20);
        buffer.MapInto(pipe.WriteHandle, count);
        Shell.Run("true").ExitCode.Should().Be(0);
        _bytes.AsSpan(count).CopyTo(buffer.Span);
        buffer.MapInto(pipe.WriteHandle).Should().Be(_bytes.Length - count);
        Shell.Run("true").ExitCode.Should().Be(0);
        Disturb(_bytes.Length);
        ReadExactly(pipe, _bytes.Length).MustBe(_bytes);
    }

    [Fact]
    public void OtherProcess_ReadsLate_TheBytesAreRight()
    {
        Pipe pipe = NewPipe();
        MapPart(pipe, 10);
        Disturb(_bytes.Length);
        string readEnd = $"/proc/{Environment.ProcessId}/fd/{pipe.ReadHandle.DangerousGetHandle()}";
        Finished child = Shell.Line($"head -c {_bytes.Length} < {readEnd}");
        child.Output.MustBe(_bytes);
    }

    /// <summary>Maps all in two parts, of which the second is written after the first was mapped, and drops the buffer.</summary>
    private void MapPart(Pipe pipe, int count)
    {
        pipe.Capacity = 1 << 20;
        using PageBuffer buffer = new(_bytes.Length);
        Span<byte> all = buffer.Span;
        _bytes.AsSpan(0, count).CopyTo(all);
        buffer.MapInto(pipe.WriteHandle, count).Should().Be(count);
        all.Fill(0xEE);
        _bytes.AsSpan(count).CopyTo(buffer.Span);
        buffer.MapInto(pipe.WriteHandle).Should().Be(_bytes.Length - count);
        all.Fill(0xDD);
    }

    private bool MoveAll(Pipe pipe, System.Runtime.InteropServices.SafeHandle sink)
    {
        for (long moved = 0; moved < _bytes.Length;)
        {
            moved += Splice.Move(pipe.ReadHandle, sink, _bytes.Length - moved);
        }

        return true;
    }
}
