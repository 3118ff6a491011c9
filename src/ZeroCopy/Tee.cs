using System.Runtime.InteropServices;

namespace ZeroCopy;

/// <summary>tee(2): duplicates bytes from one pipe into another without consuming them, by reference.</summary>
/// <remarks>
/// <para>
/// Each method makes one system call, repeated only where a signal interrupted it (<c>EINTR</c>). Stateless and safe to call from any thread.
/// A handle is referenced for the length of the call and stays the caller's.
/// </para>
/// <para>
/// It always starts at the source's first byte: after a short count a second call duplicates the same bytes again. Consume exactly what was
/// duplicated, by <see cref="Splice"/> or a read, before the next call. The count is never short where the target is empty and has at least
/// as many slots (<see cref="Pipe.Capacity"/>) as the source.
/// </para>
/// <para>
/// What came into the source pipe by reference stays so in the duplicate: bytes from a file or from vmsplice change in both when their pages are
/// written to.
/// </para>
/// <para>Man page: <see href="https://man7.org/linux/man-pages/man2/tee.2.html">tee(2)</see>.</para>
/// </remarks>
/// <example>
/// <code>
/// long duplicated = Tee.Duplicate(source.ReadHandle, copy.WriteHandle, 4096);
/// long moved = Splice.Move(source.ReadHandle, destination, duplicated);
/// </code>
/// </example>
public static class Tee
{
    /// <summary>
    /// <c>tee(fd_in, fd_out, len, flags)</c>: duplicates up to <paramref name="len"/> bytes from the pipe <paramref name="fdIn"/> into the pipe
    /// <paramref name="fdOut"/>; they stay in the first.
    /// </summary>
    /// <param name="fdIn">The read end of the source pipe.</param>
    /// <param name="fdOut">The write end of another pipe.</param>
    /// <param name="len">The most bytes to duplicate; above 0x7ffff000 it counts as that. 0 does nothing and says nothing of the end.</param>
    /// <param name="flags">
    /// Any of <see cref="SpliceFlags"/>; only <see cref="SpliceFlags.NonBlock"/> has an effect. Without it, and without <c>O_NONBLOCK</c> on either
    /// end, the call waits for a byte and for room, holding no lock.
    /// </param>
    /// <returns>The number of bytes duplicated; 0 when the source is empty and has no writer left.</returns>
    /// <exception cref="ErrnoException">
    /// Nothing was duplicated.
    /// <list type="table">
    /// <item><term>EAGAIN</term><description>The source is empty or the target full, and waiting was not asked for. It does not tell which.</description></item>
    /// <item><term>EBADF</term><description>A handle holds no open descriptor, or the wrong end of a pipe (the man page says EINVAL).</description></item>
    /// <item><term>EINVAL</term><description>A side is not a pipe; both are the same pipe; or a flag is unknown.</description></item>
    /// <item><term>EPIPE</term><description>The target has no reader. The SIGPIPE that comes with it is ignored by .NET.</description></item>
    /// <item><term>ENOMEM</term><description>The kernel is out of memory.</description></item>
    /// <item><term>ENOSYS, EPERM</term><description>The kernel lacks the call, or a sandbox forbids it. Read and write instead.</description></item>
    /// </list>
    /// </exception>
    /// <exception cref="ArgumentNullException">A handle is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    /// <exception cref="ObjectDisposedException">A handle is disposed.</exception>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux.</exception>
    public static long Duplicate(SafeHandle fdIn, SafeHandle fdOut, long len, SpliceFlags flags = SpliceFlags.None)
    {
        Errno errno = TryDuplicate(fdIn, fdOut, len, flags, out long duplicated);
        return errno == Errno.None ? duplicated : throw new ErrnoException(errno, "tee");
    }

    /// <summary><see cref="Duplicate"/> that returns the error number instead of throwing it.</summary>
    /// <param name="fdIn">The read end of the source pipe.</param>
    /// <param name="fdOut">The write end of another pipe.</param>
    /// <param name="len">The most bytes to duplicate; above 0x7ffff000 it counts as that.</param>
    /// <param name="flags">Any of <see cref="SpliceFlags"/>; only <see cref="SpliceFlags.NonBlock"/> has an effect.</param>
    /// <param name="duplicated">The number of bytes duplicated, as <see cref="Duplicate"/> returns it; 0 where there is an error.</param>
    /// <returns><see cref="Errno.None"/>, or the error number, with the meanings listed at <see cref="Duplicate"/>.</returns>
    /// <exception cref="ArgumentNullException">A handle is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    /// <exception cref="ObjectDisposedException">A handle is disposed.</exception>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux.</exception>
    public static Errno TryDuplicate(SafeHandle fdIn, SafeHandle fdOut, long len, SpliceFlags flags, out long duplicated)
    {
        Check.Platform();
        ArgumentNullException.ThrowIfNull(fdIn);
        ArgumentNullException.ThrowIfNull(fdOut);
        return Interop.Tee(fdIn, fdOut, Check.Length(len), flags, out duplicated);
    }
}
