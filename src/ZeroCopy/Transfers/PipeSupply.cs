using System.Numerics;

namespace ZeroCopy;

/// <summary>
/// Where a pump has its pipes from, one for each destination: a pool that it was given, a pool of pipes of the capacity that it was told, or by default the shared pool, and
/// while its fills are large, one of large pipes, or of middling ones where others are in a hurry.
/// </summary>
internal sealed class PipeSupply(PipePool? pool, int capacity)
{
    /// <summary>What an unprivileged user may give a pipe by default. Larger ones were no cheaper.</summary>
    private const int LargeCapacity = 1024 * 1024;

    /// <summary>To move so much takes a fifth of a millisecond, in which the others on the loop wait; a quarter more CPU a byte than with large ones.</summary>
    private const int MiddlingCapacity = 256 * 1024;

    /// <summary>
    /// The most bytes of both that the process lends at once: half of what an unprivileged user may have by default, who then still gets pipes of
    /// ordinary size elsewhere.
    /// </summary>
    private const int MostExtra = 32 * LargeCapacity;

    /// <summary>
    /// How many large ones one transfer to several destinations may have: half of that, so that some are left for others. With middling ones, a fan-out to
    /// sixteen took half as much again.
    /// </summary>
    private const int MostLargeTogether = MostExtra / LargeCapacity / 2;

    /// <summary>Enough for a fan-out to many, whose pipes come back with each wait.</summary>
    private const int MostIdleMiddling = 32;

    private static readonly PipePool _large = new(LargeCapacity, maxIdlePipes: MostLargeTogether, maxIdleBytes: (long)MostLargeTogether * LargeCapacity);
    private static readonly PipePool _middling = new(MiddlingCapacity, MostIdleMiddling, MostIdleMiddling * MiddlingCapacity);

    /// <summary>Pools for capacities that were asked for, by the power of two that the kernel rounds these up to.</summary>
    private static readonly PipePool?[] _byPowerOfTwo = new PipePool?[32];

    private static int _extraLent;

    private readonly PipePool? _given = pool;
    private readonly PipePool? _pool = pool ?? (capacity > 0 ? Of(capacity) : null);
    private bool _wantsLarge;

    /// <summary>Whether its fills are small: what it moves has somebody waiting for it, most likely.</summary>
    public bool IsLight => !_wantsLarge;

    /// <summary>How many bytes came last.</summary>
    public long LastFill { get; private set; }

    /// <summary>Whether pipes of another capacity than those that are lent would do better, and are to be had.</summary>
    /// <param name="lent">The pipe that is filled.</param>
    /// <param name="othersAreInAHurry">Whether others wait while this one's bytes are moved.</param>
    /// <param name="count">How many pipes are used together.</param>
    public bool WantsAnother(Pipe lent, bool othersAreInAHurry, int count) =>
        _pool is null && _wantsLarge && Extra(othersAreInAHurry, count) is var extra && lent.Lender != extra
            && (extra.Capacity <= lent.LentCapacity || Volatile.Read(ref _extraLent) + (count * extra.Capacity) <= MostExtra);

    public Errno TryRent(bool othersAreInAHurry, int count, out Pipe? pipe)
    {
        PipePool extra = Extra(othersAreInAHurry, count);
        PipePool lender = _pool ?? (_wantsLarge && TryCount(extra.Capacity) ? extra : PipePool.Shared);
        Errno errno = lender.TryLend(out pipe);
        if (pipe is null && lender != _given && lender != PipePool.Shared)
        {
            // Rather one of another size than none.
            Uncount(lender);
            errno = PipePool.Shared.TryLend(out pipe);
        }

        return errno;
    }

    /// <summary>Whether it is one of those for sources that have much to give, whose capacity nobody asked for.</summary>
    public static bool IsLarge(Pipe pipe) => pipe.Lender == _large;

    public static void Return(Pipe pipe, bool isEmpty)
    {
        PipePool lender = (PipePool)pipe.Lender!;
        Uncount(lender);
        lender.TakeBack(pipe, isEmpty);
    }

    /// <summary>Closes what is idle of the library's own.</summary>
    public void Trim()
    {
        if (_given is null)
        {
            _pool?.Trim();
            _large.Trim();
            _middling.Trim();
            PipePool.Shared.Trim();
        }
    }

    /// <summary>
    /// Learns what a fill has taken. A quarter of the capacity may be all that there was room for: a pipe has slots, and a segment from an Ethernet
    /// takes one with a third of a page. A fill that is smaller shows that the source has not much to give.
    /// </summary>
    public void Learn(Pipe pipe, long filled)
    {
        LastFill = filled;
        _wantsLarge = filled >= pipe.LentCapacity / 4 || (_wantsLarge && filled >= PipePool.DefaultCapacity / 4);
    }

    private static PipePool Extra(bool othersAreInAHurry, int count) => othersAreInAHurry || count > MostLargeTogether ? _middling : _large;

    private static bool TryCount(int capacity)
    {
        if (Interlocked.Add(ref _extraLent, capacity) <= MostExtra)
        {
            return true;
        }

        Interlocked.Add(ref _extraLent, -capacity);
        return false;
    }

    private static PipePool Of(int capacity)
    {
        int power = BitOperations.Log2((uint)capacity - 1) + 1;
        return Volatile.Read(ref _byPowerOfTwo[power])
            ?? Interlocked.CompareExchange(ref _byPowerOfTwo[power], new PipePool(capacity), null)
            ?? _byPowerOfTwo[power]!;
    }

    private static void Uncount(PipePool lender)
    {
        if (lender == _large || lender == _middling)
        {
            Interlocked.Add(ref _extraLent, -lender.Capacity);
        }
    }
}
