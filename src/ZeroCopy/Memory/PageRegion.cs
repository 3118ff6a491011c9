using System.Runtime.InteropServices;

namespace ZeroCopy;

/// <summary>
/// Pages at addresses of their own, as long as anything refers to this object. They can be retired: then whoever has them in a pipe keeps them, and the
/// addresses read as zeroes.
/// </summary>
/// <remarks>Nobody disposes it, since a Memory of it may be anywhere: its addresses go back when it is collected.</remarks>
internal sealed unsafe class PageRegion : SafeHandle
{
    private static long _charged;
    private readonly PageArena _arena;
    private readonly nint _size;
    private long _charge;

    private PageRegion(PageArena arena, nint address, nint size)
        : base(0, ownsHandle: true)
    {
        _arena = arena;
        _size = size;
        SetHandle(address);
    }

    /// <summary>What all regions together are charged for, in bytes.</summary>
    public static long Charged => Volatile.Read(ref _charged);

    public override bool IsInvalid => handle == 0;

    /// <summary>Takes zeroed pages, each of which gets its memory when it is first touched.</summary>
    /// <exception cref="ErrnoException">ENOMEM: the process has as much address space, or as many mappings, as it may; EAGAIN: as much locked memory.</exception>
    public static PageRegion Take(int length, bool hugePages)
    {
        PageArena arena = PageArena.Of(hugePages);
        Errno errno = arena.TryTake(length, out nint address, out nint size);
        if (errno == Errno.ENOMEM)
        {
            // Addresses that nobody uses any more come back by the collector, which does not know how many they are.
            GC.Collect();
            GC.WaitForPendingFinalizers();
            errno = arena.TryTake(length, out address, out size);
        }

        return errno == Errno.None ? new(arena, address, size) : throw new ErrnoException(errno, "mmap");
    }

    /// <summary>Takes whole pages away, also where the process has locked them in memory.</summary>
    internal static Errno TryRetire(nint address, nint length)
    {
        Errno errno = Interop.Advise(address, length, Interop.MADV_DONTNEED);
        if (errno == Errno.EINVAL && Interop.Unlock(address, length) == Errno.None)
        {
            // A process that locks all of its memory has locked these pages as well.
            errno = Interop.Advise(address, length, Interop.MADV_DONTNEED);
        }

        return errno;
    }

    /// <summary>The address of a byte, valid as long as this object is referred to.</summary>
    public byte* At(long offset)
    {
        // SAFETY: an offset beyond the region is a mistake of the classes here, which check theirs.
        return (byte*)handle + offset;
    }

    /// <summary>Charges it for the memory that it takes, unless all together would be charged for more than a limit.</summary>
    public bool TryCharge(long bytes, long limit)
    {
        _charge = bytes;
        if (Interlocked.Add(ref _charged, bytes) <= limit)
        {
            return true;
        }

        Discharge();
        return false;
    }

    /// <summary>Charges it for so much less: for pages that were retired.</summary>
    public void Discharge(long bytes)
    {
        Interlocked.Add(ref _charge, -bytes);
        Interlocked.Add(ref _charged, -bytes);
    }

    /// <summary>Touches a huge page that nobody has touched yet.</summary>
    /// <returns>Whether it is one: then its last small page has memory as well.</returns>
    public bool TryTouchHugePage(int offset, int length)
    {
        *At(offset) = 0;
        return Interop.IsResident((nint)At(offset + length - Environment.SystemPageSize), out bool isResident) == Errno.None && isResident;
    }

    /// <summary>Takes whole pages away. Who has them in a pipe keeps them.</summary>
    /// <exception cref="ErrnoException">The system refuses. They are still there, and may still be shared.</exception>
    public void Retire(long from, long to)
    {
        Errno errno = TryRetire((nint)At(from), (nint)(to - from));

        // Collected before, it would have given its addresses back, and these pages might be somebody else's already.
        GC.KeepAlive(this);
        if (errno != Errno.None)
        {
            throw new ErrnoException(errno, "madvise");
        }
    }

    /// <summary>Takes all of its pages away, and charges it for none.</summary>
    /// <inheritdoc cref="Retire" path="/exception"/>
    public void RetireAll()
    {
        Discharge();
        Retire(0, _size);
    }

    protected override bool ReleaseHandle()
    {
        Discharge();

        // Pages that cannot be taken away must never be anybody else's.
        bool isRetired = TryRetire(handle, _size) == Errno.None;
        if (isRetired)
        {
            _arena.GiveBack(handle, _size);
        }

        return isRetired;
    }

    private void Discharge() => Interlocked.Add(ref _charged, -Interlocked.Exchange(ref _charge, 0));
}
