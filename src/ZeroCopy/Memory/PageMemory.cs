using System.Buffers;

namespace ZeroCopy;

/// <summary>A region as <see cref="Memory{T}"/>, which keeps it.</summary>
internal sealed unsafe class PageMemory(PageRegion region, int length) : MemoryManager<byte>
{
    public PageRegion Region => region;

    public override Span<byte> GetSpan()
    {
        // SAFETY: the region is at least as long, and its addresses stay mapped whatever becomes of it.
        return new(region.At(0), length);
    }

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)length, nameof(elementIndex));

        // SAFETY: the addresses never move, and are nobody else's as long as the handle refers to this.
        return new(region.At(elementIndex), pinnable: this);
    }

    public override void Unpin()
    {
        // Nothing was counted: a handle can be copied, and disposed twice.
    }

    protected override void Dispose(bool disposing)
    {
        // The region goes when nobody refers to it any more.
    }
}
