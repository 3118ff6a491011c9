using System.Numerics;

namespace ZeroCopy;

/// <summary>
/// Where regions of pages get their addresses from. No address is ever unmapped: a span of native memory keeps nothing alive, and one that is used after
/// its memory was unmapped would end the process. Addresses without pages cost nothing, and serve again, after as long as possible.
/// </summary>
internal sealed class PageArena
{
    /// <summary>So that the system has few mappings to keep, however many regions there are.</summary>
    private const int ChunkSize = 64 * 1024 * 1024;

    /// <summary>How many bytes of addresses of a size wait before the first of them serves again.</summary>
    private const int Quarantine = 64 * 1024 * 1024;

    private static readonly PageArena _small = new(Environment.SystemPageSize, Interop.MADV_NOHUGEPAGE);
    private static readonly PageArena _huge = HugePages.Size > 0 ? new(HugePages.Size, Interop.MADV_HUGEPAGE) : _small;

    private readonly Lock _lock = new();
    private readonly Dictionary<nint, Queue<nint>> _idle = [];
    private readonly int _unit;
    private readonly int _advice;
    private nint _next;
    private nint _end;

    private PageArena(int unit, int advice)
    {
        _unit = unit;
        _advice = advice;
    }

    /// <summary>That for huge pages, or that for others where the system has none.</summary>
    public static PageArena Of(bool hugePages) => hugePages ? _huge : _small;

    /// <summary>Takes addresses whose memory reads as zeroes.</summary>
    /// <param name="length">How much is needed.</param>
    /// <param name="address">Where it starts: at a page, or a huge page.</param>
    /// <param name="size">How much it is: a power of two, so that few sizes serve all.</param>
    public Errno TryTake(int length, out nint address, out nint size)
    {
        size = (nint)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(length, _unit));
        address = 0;
        if (size <= 0)
        {
            // More than half of what 32 bits can address.
            return Errno.ENOMEM;
        }

        lock (_lock)
        {
            if (_idle.TryGetValue(size, out Queue<nint>? idle) && idle.Count > Math.Max(1, Quarantine / size))
            {
                address = idle.Dequeue();

                // Again: somebody may have written to them through a span that was kept.
                return this == _small ? PageRegion.TryRetire(address, size) : Renew(address, size);
            }

            Errno errno = _end - _next < size ? OpenChunk(Math.Max(size, ChunkSize)) : Errno.None;
            address = _next;
            _next += errno == Errno.None ? size : 0;
            return errno;
        }
    }

    /// <summary>Takes addresses back whose pages are retired.</summary>
    public void GiveBack(nint address, nint size)
    {
        lock (_lock)
        {
            if (!_idle.TryGetValue(size, out Queue<nint>? idle))
            {
                _idle[size] = idle = [];
            }

            idle.Enqueue(address);
        }
    }

    private Errno OpenChunk(nint size)
    {
        nint mapped = size + _unit - Environment.SystemPageSize;
        Errno errno = Interop.MapMemory(mapped, out nint start);
        if (errno == Errno.None)
        {
            _next = (start + _unit - 1) & -(nint)_unit;
            _end = _next + size;

            // All of it alike, so that the system makes one mapping of neighbours. Refused by a kernel without huge pages, where it is as good as done.
            Interop.Advise(start, mapped, _advice);
        }

        return errno;
    }

    /// <summary>Where pages were retired one by one, kernels keep the tables of small pages, and give no huge page there any more.</summary>
    private Errno Renew(nint address, nint size)
    {
        Errno errno = Interop.MapMemoryAgain(address, size);
        Interop.Advise(address, size, _advice);
        return errno;
    }
}
