using System.Buffers;

namespace ZeroCopy.Tests.Memory;

/// <summary>Pages that mlock(2) keeps in memory cannot simply be taken away; they are unlocked first.</summary>
public sealed unsafe class PageBufferLockedTests : PageBufferTest
{
    private readonly byte[] _bytes = Bytes.Random((3 * PageSize) + 10);

    [SkippableFact]
    public void MapInto_LockedMemory_TheReaderGetsTheBytesAndWhatWasKeptReadsZeroes()
    {
        PageBuffer buffer = Locked();
        Span<byte> kept = buffer.Span;
        Pipe pipe = NewPipe();
        buffer.MapInto(pipe.WriteHandle).Should().Be(_bytes.Length);
        kept.ToArray().MustBe(new byte[_bytes.Length]);
        kept.Fill(0xEE);
        ReadExactly(pipe, _bytes.Length).MustBe(_bytes);
    }

    [SkippableTheory]
    [InlineData(100)]
    [InlineData(4096)]
    [InlineData(9000)]
    public void MapInto_PartOfLockedMemory_TheRestStays(int count)
    {
        PageBuffer buffer = Locked();
        Span<byte> kept = buffer.Span;
        Pipe pipe = NewPipe();
        buffer.MapInto(pipe.WriteHandle, count).Should().Be(count);
        kept[..count].ToArray().MustBe(new byte[count]);
        buffer.Span.ToArray().MustBe(_bytes.AsSpan(count));
        kept[..count].Fill(0xEE);
        buffer.MapInto(pipe.WriteHandle);
        kept.Fill(0xDD);
        ReadExactly(pipe, _bytes.Length).MustBe(_bytes);
    }

    [SkippableFact]
    public void Dispose_LockedMemory_ReadsZeroesAndIsUnlocked()
    {
        PageBuffer buffer = Locked();
        Memory<byte> kept = buffer.Memory;
        nint address = AddressOf(kept);
        ProcessMemory.OfMapping(address, "Locked").Should().BePositive();
        buffer.Dispose();
        kept.ToArray().MustBe(new byte[_bytes.Length]);
        ProcessMemory.OfMapping(address, "Locked").Should().Be(0);
    }

    private PageBuffer Locked()
    {
        PageBuffer buffer = BufferOf(_bytes);
        using MemoryHandle pin = buffer.Memory.Pin();
        Skip.IfNot(Native.TryLock(pin.Pointer, _bytes.Length), "no memory may be locked here");
        return buffer;
    }
}
