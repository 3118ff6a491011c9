using System.Runtime.CompilerServices;

namespace ZeroCopy.Tests.Memory;

/// <summary>A Span or a Memory that is kept for too long: it reads zeroes, changes nothing in a pipe, and never crashes.</summary>
public sealed class PageBufferKeptTests : PageBufferTest
{
    private const string Mapped = "mapped";
    private const string Disposed = "disposed";

    private readonly byte[] _bytes = Bytes.Random((2 * PageSize) + 10);

    [Theory]
    [InlineData(Mapped)]
    [InlineData(Disposed)]
    public void Kept_Sealed_ReadsZeroes(string how)
    {
        PageBuffer buffer = BufferOf(_bytes);
        Span<byte> span = buffer.Span;
        Memory<byte> memory = buffer.Memory;
        Seal(buffer, NewPipe(), how);
        span.ToArray().MustBe(new byte[_bytes.Length]);
        memory.ToArray().MustBe(new byte[_bytes.Length]);
        memory[PageSize..].Span.Length.Should().Be(_bytes.Length - PageSize);
    }

    [Fact]
    public void Kept_WrittenAfterAllIsMapped_TheReaderGetsWhatWasMapped()
    {
        PageBuffer buffer = BufferOf(_bytes);
        Span<byte> span = buffer.Span;
        Memory<byte> memory = buffer.Memory;
        Pipe pipe = NewPipe();
        buffer.MapInto(pipe.WriteHandle);
        span.Fill(0xEE);
        ReadExactly(pipe, PageSize).MustBe(_bytes.AsSpan(0, PageSize));
        buffer.Dispose();
        memory.Span.Fill(0xDD);
        ReadExactly(pipe, PageSize + 10).MustBe(_bytes.AsSpan(PageSize));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    public void Kept_WrittenAfterPartIsMapped_TheReaderGetsWhatWasMapped(int bytes)
    {
        int count = PageSize + bytes;
        PageBuffer buffer = BufferOf(_bytes);
        Span<byte> span = buffer.Span;
        Pipe pipe = NewPipe();
        buffer.MapInto(pipe.WriteHandle, count);
        span[..count].ToArray().MustBe(new byte[count], "what was handed over reads zeroes");
        span[count..].ToArray().MustBe(_bytes.AsSpan(count), "what was not is still there");
        span[..count].Fill(0xEE);
        buffer.Span.ToArray().MustBe(_bytes.AsSpan(count), "it is not among what was written over");
        buffer.MapInto(pipe.WriteHandle);
        span.ToArray().MustBe(new byte[_bytes.Length]);
        span.Fill(0xDD);
        ReadExactly(pipe, _bytes.Length).MustBe(_bytes);
    }

    [Theory]
    [InlineData(Mapped)]
    [InlineData(Disposed)]
    public void KeptMemory_NothingElseIsLeft_StillReadsZeroes(string how)
    {
        Pipe pipe = NewPipe();
        Memory<byte> memory = MemoryOfNobody(pipe, how);
        Disturb(4 * PageSize);
        memory.ToArray().MustBe(new byte[_bytes.Length]);
        memory.Span.Fill(0xEE);
        if (how == Mapped)
        {
            ReadExactly(pipe, _bytes.Length).MustBe(_bytes);
        }
    }

    [Fact]
    public void KeptMemory_NobodyDisposedTheBuffer_KeepsTheBytes()
    {
        long before = OutstandingBytes;
        Memory<byte> memory = MemoryOfNobody(NewPipe(), "dropped");
        Disturb(4 * PageSize);
        memory.ToArray().MustBe(_bytes);
        OutstandingBytes.Should().BeGreaterThan(before, "a Memory may still write to it");
        GC.KeepAlive(memory);
    }

    [Theory]
    [InlineData(Mapped)]
    [InlineData(Disposed)]
    [InlineData("dropped")]
    public void KeptSpan_NothingElseIsLeft_ReadsZeroes(string how)
    {
        Pipe pipe = NewPipe();
        Span<byte> span = SpanOfNobody(pipe, how);
        Collect();
        Collect();
        span.ToArray().MustBe(new byte[_bytes.Length]);
        if (how == Mapped)
        {
            span.Fill(0xEE);
            ReadExactly(pipe, _bytes.Length).MustBe(_bytes);
            span.Clear();
        }
    }

    [Fact]
    public void KeptSpan_ManyBuffersLater_NeverCrashes()
    {
        Pipe pipe = NewPipe();
        Span<byte> span = SpanOfNobody(pipe, Mapped);
        for (int i = 0; i < 3; i++)
        {
            Disturb(4 * PageSize);
            _ = span.IndexOfAnyExcept((byte)0);
            span.Clear();
        }

        ReadExactly(pipe, _bytes.Length).MustBe(_bytes);
    }

    private static void Seal(PageBuffer buffer, Pipe pipe, string how)
    {
        switch (how)
        {
            case Mapped:
                buffer.MapInto(pipe.WriteHandle);
                break;
            case Disposed:
                buffer.Dispose();
                break;
            default:
                break;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Memory<byte> MemoryOfNobody(Pipe pipe, string how)
    {
        PageBuffer buffer = new(_bytes.Length);
        Memory<byte> memory = buffer.Memory;
        _bytes.CopyTo(memory);
        Seal(buffer, pipe, how);
        return memory;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Span<byte> SpanOfNobody(Pipe pipe, string how)
    {
        PageBuffer buffer = new(_bytes.Length);
        Span<byte> span = buffer.Span;
        _bytes.CopyTo(span);
        Seal(buffer, pipe, how);
        return span;
    }
}
