namespace ZeroCopy.Tests.Models;

/// <summary>
/// What a pipe has to be: a queue of bytes in a number of slots, a page or less in each. Which bytes share a slot the kernel does not say, and may change:
/// of the slots in use there are only bounds.
/// </summary>
internal sealed class PipeModel(int capacity)
{
    private static readonly int _page = Environment.SystemPageSize;

    /// <summary>How many slots were taken since the pipe was empty, at most, and how many bytes have left it since.</summary>
    private long _slotsTaken;
    private long _bytesGone;

    public int Capacity { get; set; } = capacity;

    public byte[] Content { get; private set; } = [];

    public bool HasReader { get; set; } = true;

    public bool HasWriter { get; set; } = true;

    public bool IsEmpty => Content.Length == 0;

    public int LeastSlotsUsed => SlotsOf(Content.Length);

    public int MostSlotsUsed => (int)Math.Min(Math.Min(Content.Length, Capacity / _page), _slotsTaken - (_bytesGone / _page));

    /// <summary>How many slots are free for certain.</summary>
    public int FreeSlots => (Capacity / _page) - MostSlotsUsed;

    public bool MayBeFull => FreeSlots == 0;

    /// <summary>How many slots so many bytes of memory take at most.</summary>
    public static int SlotsOf(long bytes) => (int)((bytes + _page - 1) / _page);

    /// <summary>What a capacity becomes: a power of two of pages.</summary>
    public static int Rounded(int capacity) => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, _page));

    /// <summary>How many of the first bytes have slots of their own at most.</summary>
    public int MostSlotsOf(long bytes) => (int)Math.Min(bytes, MostSlotsUsed);

    /// <summary>The least of so many bytes of memory that it has to take.</summary>
    public long LeastTaken(long bytes) => Math.Min(bytes, Math.Max((long)FreeSlots * _page, 1));

    public void Add(ReadOnlySpan<byte> bytes, int mostSlots)
    {
        Content = [.. Content, .. bytes];
        _slotsTaken += mostSlots;
        Content.Length.Should().BeLessThanOrEqualTo(Capacity, "no slot has more than a page");
    }

    public byte[] Take(int count)
    {
        byte[] taken = Content[..count];
        Content = Content[count..];
        _bytesGone += count;
        if (IsEmpty)
        {
            _slotsTaken = _bytesGone = 0;
        }

        return taken;
    }
}
