using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy;

/// <summary>A pipe, pipe(7): the buffer in the kernel that <see cref="Splice"/>, <see cref="Tee"/> and <see cref="VmSplice"/> work on.</summary>
/// <remarks>
/// <para>
/// Both ends are close-on-exec and belong to this object; dispose one handle alone to close that end, as for telling the reader that the input has
/// ended. The properties work as long as one end is open. Safe to use from any thread; a property that is read while an end is being disposed may throw
/// <see cref="ObjectDisposedException"/>. <see cref="Dispose"/> may be called at any time and more than once.
/// </para>
/// <para>
/// A pipe holds a number of pages (slots), not of bytes: each run of bytes that is spliced in takes at least one, so that <see cref="Capacity"/> is
/// reached only by full pages. Beside <c>System.IO.Pipelines</c>, which has a type of the same name, write <c>using Pipe = ZeroCopy.Pipe;</c>.
/// </para>
/// <para>Man page: <see href="https://man7.org/linux/man-pages/man7/pipe.7.html">pipe(7)</see>.</para>
/// </remarks>
/// <example>
/// <code>
/// using Pipe pipe = new(capacity: 65536);
/// Splice.Move(file, pipe.WriteHandle, pipe.Capacity);
/// pipe.WriteHandle.Dispose(); // After these bytes, who reads finds the end.
/// </code>
/// </example>
public sealed class Pipe : IDisposable
{
    private const int MaxCapacityOfKernelDefault = 1024 * 1024;

    /// <summary>Whoever lends this pipe out, while it is lent, and the capacity that it had then. For a pool alone.</summary>
    internal object? Lender;
    internal int LentCapacity;

    /// <summary><c>pipe2(pipefd, O_CLOEXEC)</c>: opens a pipe.</summary>
    /// <param name="capacity">
    /// How much it should hold, in bytes, or 0 for the kernel's default (16 pages; 2 for an unprivileged user past
    /// <c>/proc/sys/fs/pipe-user-pages-soft</c>). A hint: where it is more than is allowed, the pipe gets <see cref="MaxCapacity"/>, or else
    /// what it was opened with. <see cref="Capacity"/> tells.
    /// </param>
    /// <param name="nonBlocking">Whether both ends are <c>O_NONBLOCK</c>.</param>
    /// <exception cref="ErrnoException">
    /// No pipe was opened.
    /// <list type="table">
    /// <item><term>EMFILE</term><description>The process has as many descriptors as it may (<c>ulimit -n</c>).</description></item>
    /// <item><term>ENFILE</term><description>The system has as many open files as it may (<c>/proc/sys/fs/file-max</c>), or this user as many pipe pages
    /// (<c>/proc/sys/fs/pipe-user-pages-hard</c>).</description></item>
    /// <item><term>ENOMEM</term><description>The kernel is out of memory.</description></item>
    /// <item><term>EPERM, ENOSYS</term><description>A sandbox forbids the call.</description></item>
    /// </list>
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is negative.</exception>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux.</exception>
    public Pipe(int capacity = 0, bool nonBlocking = false)
    {
        Check.Platform();
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        Errno errno = Open(capacity, nonBlocking);
        if (errno != Errno.None)
        {
            Dispose();
            throw FailureToOpen(errno);
        }
    }

    private Pipe()
    {
    }

    /// <summary>The most bytes that a process without <c>CAP_SYS_RESOURCE</c> may give a pipe.</summary>
    /// <value><c>/proc/sys/fs/pipe-max-size</c>, or the kernel's default of 1 MiB where that cannot be read.</value>
    public static int MaxCapacity
    {
        get
        {
            try
            {
                string text = File.ReadAllText("/proc/sys/fs/pipe-max-size");
                return long.TryParse(text, CultureInfo.InvariantCulture, out long bytes) ? (int)Math.Min(bytes, int.MaxValue) : MaxCapacityOfKernelDefault;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return MaxCapacityOfKernelDefault;
            }
        }
    }

    /// <summary>The end that bytes are read from. Owned by this object; disposing it closes this end only.</summary>
    public SafeFileHandle ReadHandle { get; } = new();

    /// <summary>The end that bytes are written to. Owned by this object; disposing it closes this end only.</summary>
    public SafeFileHandle WriteHandle { get; } = new();

    /// <summary>
    /// How much the pipe holds when its slots are full, in bytes: <c>fcntl(F_GETPIPE_SZ)</c> and <c>fcntl(F_SETPIPE_SZ)</c>. Setting rounds up
    /// to a power of two of pages, to one page at least; read it again for what it became.
    /// </summary>
    /// <exception cref="ErrnoException">
    /// Setting it failed, and it is what it was.
    /// <list type="table">
    /// <item><term>EPERM</term><description>It is above <see cref="MaxCapacity"/>, which needs <c>CAP_SYS_RESOURCE</c>, or would take this user past
    /// <c>/proc/sys/fs/pipe-user-pages-soft</c> or <c>-hard</c>, which needs that or <c>CAP_SYS_ADMIN</c>. Shrinking is always allowed.</description></item>
    /// <item><term>EBUSY</term><description>More slots are in use than it would have: read some of the bytes first.</description></item>
    /// <item><term>ENOMEM</term><description>The kernel is out of memory.</description></item>
    /// <item><term>EBADF</term><description>The descriptor was closed behind this object's back; getting gives this too.</description></item>
    /// </list>
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    /// <exception cref="ObjectDisposedException">Both ends are disposed.</exception>
    public int Capacity
    {
        get
        {
            Errno errno = Interop.GetPipeSize(OpenEnd, out long bytes);
            return errno == Errno.None ? (int)bytes : throw new ErrnoException(errno, "fcntl");
        }

        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            Errno errno = Interop.SetPipeSize(OpenEnd, value);
            if (errno != Errno.None)
            {
                throw new ErrnoException(errno, "fcntl", AdviceOnCapacity(errno));
            }
        }
    }

    /// <summary>How many bytes are in the pipe: <c>ioctl(FIONREAD)</c>.</summary>
    /// <exception cref="ErrnoException">The handle was closed behind this object's back (EBADF).</exception>
    /// <exception cref="ObjectDisposedException">Both ends are disposed.</exception>
    public int BytesAvailable
    {
        get
        {
            Errno errno = Interop.GetBytesAvailable(OpenEnd, out int bytes);
            return errno == Errno.None ? bytes : throw new ErrnoException(errno, "ioctl");
        }
    }

    private SafeFileHandle OpenEnd => ReadHandle.IsClosed ? WriteHandle : ReadHandle;

    /// <summary>
    /// Closes both ends. An end that a call on another thread is using is closed when that call returns; this does not end the call, and does not wait for it.
    /// </summary>
    public void Dispose()
    {
        ReadHandle.Dispose();
        WriteHandle.Dispose();
    }

    /// <summary>Opens a pipe without an exception where none is to be had.</summary>
    internal static Errno TryOpen(int capacity, bool nonBlocking, out Pipe? pipe)
    {
        Check.Platform();
        Pipe opened = new();
        Errno errno = opened.Open(capacity, nonBlocking);
        if (errno != Errno.None)
        {
            opened.Dispose();
        }

        pipe = errno == Errno.None ? opened : null;
        return errno;
    }

    internal static ErrnoException FailureToOpen(Errno errno) => new(errno, "pipe2", AdviceOnOpening(errno));

    private static string? AdviceOnOpening(Errno errno) => errno switch
    {
        Errno.EMFILE => "This process has as many descriptors as it may: raise the limit (ulimit -n) or dispose pipes that are not in use.",
        Errno.ENFILE => "The system has as many open files as it may (/proc/sys/fs/file-max), "
            + "or this user as many pipe pages (/proc/sys/fs/pipe-user-pages-hard).",
        Errno.EPERM or Errno.ENOSYS => "A sandbox (seccomp) seems to forbid the call.",
        _ => null,
    };

    private static string? AdviceOnCapacity(Errno errno) => errno switch
    {
        Errno.EPERM => "It is more than /proc/sys/fs/pipe-max-size, or this user's pipes hold as many pages as /proc/sys/fs/pipe-user-pages-soft "
            + "(or -hard) allows; CAP_SYS_RESOURCE lifts both.",
        Errno.EBUSY => "More of the pipe's slots are in use than it would have: read some of its bytes first.",
        _ => null,
    };

    private Errno Open(int capacity, bool nonBlocking)
    {
        Errno errno = Interop.Pipe2(ReadHandle, WriteHandle, Interop.O_CLOEXEC | (nonBlocking ? Interop.O_NONBLOCK : 0));
        if (errno == Errno.None && capacity > 0 && Interop.SetPipeSize(WriteHandle, capacity) != Errno.None && MaxCapacity is int most && most < capacity)
        {
            Interop.SetPipeSize(WriteHandle, most);
        }

        return errno;
    }
}
