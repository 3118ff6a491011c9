using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace ZeroCopy;

/// <summary>Memory that can be handed over to a pipe without copying, by vmsplice(2), and safely: what was handed over cannot be changed any more.</summary>
/// <remarks>
/// <para>
/// Fill <see cref="Span"/> or <see cref="Memory"/>, then call <see cref="MapInto(SafeHandle, int, SpliceFlags)"/>. The pages then belong to the pipe, for as
/// long as any reader, tee or socket behind it has them, which no call could tell. This object gives them up in the same call: they are never written to again,
/// and not used again for anything else. What is not handed over yet stays here, and can be handed over later. When everything is handed over, or after
/// <see cref="Dispose"/>, the object is sealed: its memory is gone, and what needs it throws <see cref="ObjectDisposedException"/>.
/// </para>
/// <para>
/// A <see cref="Span{T}"/> or <see cref="Memory{T}"/> that was kept reads zeroes then, and what is written through it goes nowhere. The addresses serve another
/// buffer only after this object and each Memory of it were collected, and those of 64 MiB of others of that size after them; they are never unmapped, so that nothing that was
/// kept, however long, can crash the process.
/// </para>
/// <para>
/// A page has a price: after it was handed over, the next one is a new one that the kernel must clear. With 4 KiB pages, a write(2) is faster than that; with
/// <see cref="HasHugePages"/> mapping is, above all into a pipe whose reader splices. For a stream of bytes, <see cref="VmSpliceWriter"/> weighs this by itself.
/// One byte of a huge page in a pipe keeps the whole page. Not safe for use by several threads at once. Nothing is left to a finalizer but the
/// memory of buffers that nobody disposed.
/// </para>
/// <para>Man page: <see href="https://man7.org/linux/man-pages/man2/vmsplice.2.html">vmsplice(2)</see>.</para>
/// </remarks>
/// <example>
/// <code>
/// using PageBuffer buffer = new(picture.Length, hugePages: true);
/// picture.CopyTo(buffer.Span); // Or make it there at once.
/// while (buffer.BytesMapped &lt; buffer.Length)
/// {
///     buffer.MapInto(pipe.WriteHandle); // Waits where the pipe is full.
/// }
/// </code>
/// </example>
[SuppressMessage("Usage", "CA2213", Justification = "A Memory of the region may be anywhere: it goes when none is left.")]
public sealed class PageBuffer : IDisposable
{
    private PageMemory? _memory;

    /// <summary><c>mmap(MAP_PRIVATE | MAP_ANONYMOUS)</c>: gets zeroed memory that starts at a page. It takes up real memory only where it is touched.</summary>
    /// <param name="length">How much, in bytes, at least 1. Whole pages serve it.</param>
    /// <param name="hugePages">
    /// Whether to ask for transparent huge pages, by <c>madvise(MADV_HUGEPAGE)</c>. <see cref="HasHugePages"/> tells whether there are any. The buffer then
    /// starts at one, and the first is touched.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The length is not positive.</exception>
    /// <exception cref="InsufficientMemoryException">
    /// <see cref="OutstandingBytes"/> would be more than <see cref="MaxOutstandingBytes"/>. Buffers that nobody disposed count until they are collected.
    /// </exception>
    /// <exception cref="ErrnoException">
    /// ENOMEM: the process has as much address space (<c>ulimit -v</c>) or as many mappings (<c>/proc/sys/vm/max_map_count</c>) as it may. EAGAIN: the
    /// process locks all its memory, and has as much of it as it may (<c>ulimit -l</c>).
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux.</exception>
    [SuppressMessage("Reliability", "CA2000", Justification = "As for the class.")]
    [SuppressMessage("Usage", "MA0012", Justification = "It is for just this: a check for enough memory that failed.")]
    public PageBuffer(int length, bool hugePages = false)
    {
        Check.Platform();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        int hugePageSize = hugePages ? HugePageSize : 0;
        PageRegion region = PageRegion.Take(length, hugePages);
        long unit = Math.Max(hugePageSize, Environment.SystemPageSize);
        if (!region.TryCharge((length + unit - 1) & -unit, MaxOutstandingBytes))
        {
            // Nobody has its addresses yet.
            region.Dispose();
            throw new InsufficientMemoryException(
                $"{OutstandingBytes} bytes are in buffers that were neither disposed nor handed over, and {MaxOutstandingBytes} may be. Dispose some first.");
        }

        Length = length;
        _memory = new(region, length);
        HasHugePages = hugePageSize > 0 && region.TryTouchHugePage(0, hugePageSize);
    }

    /// <summary>How large a transparent huge page is, in bytes; 0 where the system gives none to those who ask.</summary>
    /// <value>
    /// <c>/sys/kernel/mm/transparent_hugepage/hpage_pmd_size</c>, unless <c>enabled</c> beside it said <c>never</c> when this process first asked.
    /// </value>
    public static int HugePageSize => HugePages.Size;

    /// <summary>The bytes of all buffers in this process that were neither disposed nor handed over, in whole pages. What is in pipes is not among them.</summary>
    public static long OutstandingBytes => PageRegion.Charged;

    /// <summary>
    /// The most that <see cref="OutstandingBytes"/> may be: half of the memory that this process may use, as the runtime sees it (a container's limit counts).
    /// What a pipe holds is bounded by its slots: a page each, or where it was mapped from a huge page, up to that.
    /// </summary>
    public static long MaxOutstandingBytes { get; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;

    /// <summary>How many bytes it was made with.</summary>
    public int Length { get; }

    /// <summary>How many of them were handed over.</summary>
    public int BytesMapped { get; private set; }

    /// <summary>Whether the system gave a huge page for the start of it, as it is likely to for the rest. It can be out of them, or not want to give any.</summary>
    public bool HasHugePages { get; }

    /// <summary>What was not handed over yet.</summary>
    /// <exception cref="ObjectDisposedException">All was handed over, or it is disposed.</exception>
    public Span<byte> Span => Pages.GetSpan()[BytesMapped..];

    /// <summary>What was not handed over yet, as memory that may be kept, or given to an asynchronous call.</summary>
    /// <exception cref="ObjectDisposedException">All was handed over, or it is disposed.</exception>
    public Memory<byte> Memory => Pages.Memory[BytesMapped..];

    private PageMemory Pages
    {
        get
        {
            ObjectDisposedException.ThrowIf(_memory is null, this);
            return _memory;
        }
    }

    /// <summary>Hands over all that is left. See <see cref="MapInto(SafeHandle, int, SpliceFlags)"/>.</summary>
    /// <inheritdoc cref="MapInto(SafeHandle, int, SpliceFlags)" path="/param|/exception"/>
    /// <returns>How many bytes were handed over, fewer than there are where the pipe is full: call again for the rest.</returns>
    public long MapInto(SafeHandle pipe, SpliceFlags flags = SpliceFlags.None) => MapInto(pipe, Length - BytesMapped, flags);

    /// <summary><c>vmsplice(fd, iov, 1, flags)</c>: hands over the first bytes of what is left.</summary>
    /// <param name="pipe">The write end of a pipe, blocking or not.</param>
    /// <param name="count">How many bytes, at most as many as are left. Those after them stay, and may still be written to.</param>
    /// <param name="flags">Any of <see cref="SpliceFlags"/>. Without <see cref="SpliceFlags.NonBlock"/> a full pipe is waited for.</param>
    /// <returns>How many bytes were handed over, fewer than asked for where the pipe is full. Those that were not are still here: call again.</returns>
    /// <exception cref="ErrnoException">
    /// Nothing was handed over, and the bytes are still here.
    /// <list type="table">
    /// <item><term>EAGAIN</term><description>The pipe is full and <see cref="SpliceFlags.NonBlock"/> asked not to wait. <see cref="FdReadiness"/> waits.</description></item>
    /// <item><term>EBADF</term><description>The handle holds no open descriptor, no pipe, or a pipe that is open for reading only.</description></item>
    /// <item><term>EPIPE</term><description>The pipe has no reader.</description></item>
    /// <item><term>EINVAL</term><description>A flag is unknown. (Some newer kernels refuse <see cref="SpliceFlags.NonBlock"/> on a pipe that is <c>O_NONBLOCK</c>
    /// by this number; there the bytes are written instead.)</description></item>
    /// <item><term>ENOMEM</term><description>The kernel is out of memory.</description></item>
    /// <item><term>ENOSYS, EOPNOTSUPP, EPERM</term><description>The kernel lacks the call, or a sandbox forbids it. Write <see cref="Span"/> instead.</description></item>
    /// </list>
    /// Another matter is an exception of <c>madvise</c>, by its <see cref="ErrnoException.Syscall"/>, which both faces throw: the bytes were handed over, as
    /// <see cref="BytesMapped"/> tells, and the system does not let go of their pages. Dispose this object then.
    /// </exception>
    /// <exception cref="ArgumentNullException">The handle is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative, or more than what is left.</exception>
    /// <exception cref="ObjectDisposedException">All was handed over, or this object or the handle is disposed.</exception>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux.</exception>
    public long MapInto(SafeHandle pipe, int count, SpliceFlags flags = SpliceFlags.None)
    {
        Errno errno = TryMapInto(pipe, count, flags, out long mapped);
        return errno == Errno.None ? mapped : throw new ErrnoException(errno, "vmsplice");
    }

    /// <summary><see cref="MapInto(SafeHandle, int, SpliceFlags)"/> that returns the error number instead of throwing it.</summary>
    /// <param name="pipe">The write end of a pipe, blocking or not.</param>
    /// <param name="count">How many bytes, at most as many as are left.</param>
    /// <param name="flags">Any of <see cref="SpliceFlags"/>.</param>
    /// <param name="mapped">How many bytes were handed over; 0 where there is an error.</param>
    /// <returns><see cref="Errno.None"/>, or the error number, with the meanings listed at <see cref="MapInto(SafeHandle, int, SpliceFlags)"/>.</returns>
    /// <exception cref="ArgumentNullException">The handle is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative, or more than what is left.</exception>
    /// <exception cref="ObjectDisposedException">All was handed over, or this object or the handle is disposed.</exception>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux.</exception>
    public unsafe Errno TryMapInto(SafeHandle pipe, int count, SpliceFlags flags, out long mapped)
    {
        PageMemory pages = Pages;
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Length - BytesMapped);

        // SAFETY: the contract of mapping is kept below: before anybody can write to the bytes that were mapped, their pages are retired.
        IOVector segment = new(pages.Region.At(BytesMapped), (nuint)count);
        Errno errno = VmSplice.TryMap(pipe, &segment, 1, flags, out mapped);
        if (errno == Errno.EINVAL && flags == SpliceFlags.NonBlock && Interop.IsNonBlocking(pipe))
        {
            errno = Interop.Write(pipe, pages.GetSpan().Slice(BytesMapped, count), offset: null, out mapped);
        }

        HandOver(pages, (int)mapped);
        return errno;
    }

    /// <summary>Gives up what was not handed over. What was stays in its pipe, for as long as anybody has it.</summary>
    public void Dispose()
    {
        if (_memory is PageMemory pages)
        {
            Seal(pages);
        }
    }

    private static int RoundDown(int offset) => offset & -Environment.SystemPageSize;

    private void HandOver(PageMemory pages, int count)
    {
        int from = RoundDown(BytesMapped);
        BytesMapped += count;
        if (count > 0 && BytesMapped == Length)
        {
            Seal(pages);
        }
        else if (count > 0)
        {
            RetireUpTo(pages, from);
        }
    }

    /// <summary>Retires the pages of what was handed over. If that ends within a page, the rest of it moves to a new one.</summary>
    private void RetireUpTo(PageMemory pages, int from)
    {
        int lastPage = RoundDown(BytesMapped);
        Span<byte> rest = pages.GetSpan()[BytesMapped..];
        rest = BytesMapped == lastPage ? [] : rest[..Math.Min(rest.Length, lastPage + Environment.SystemPageSize - BytesMapped)];
        Span<byte> kept = stackalloc byte[rest.Length];
        rest.CopyTo(kept);
        pages.Region.Retire(from, rest.IsEmpty ? lastPage : (long)lastPage + Environment.SystemPageSize);
        pages.Region.Discharge(lastPage - from);
        kept.CopyTo(rest);
        GC.KeepAlive(pages);
    }

    private void Seal(PageMemory pages)
    {
        _memory = null;
        pages.Region.RetireAll();
    }
}
