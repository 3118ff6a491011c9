using System.Runtime.InteropServices;

namespace ZeroCopy;

/// <summary>vmsplice(2): maps memory into a pipe, and fills memory from one.</summary>
/// <remarks>
/// <para>
/// Each method makes one vmsplice call, repeated only where a signal interrupted it (<c>EINTR</c>), after asking the descriptor for its direction:
/// the kernel takes the direction from there, and would map a buffer that was meant to be filled, or write to one that was meant to be
/// mapped. Stateless and safe to call from any thread. A handle is referenced for the length of each system call and stays the caller's.
/// </para>
/// <para>
/// <c>O_NONBLOCK</c> on the pipe has no effect: only <see cref="SpliceFlags.NonBlock"/> keeps a call from waiting. Be ready for kernels that
/// refuse the two together (EINVAL), or vmsplice altogether (ENOSYS, EOPNOTSUPP, EPERM): read and write do the same by copying.
/// </para>
/// <para>Man page: <see href="https://man7.org/linux/man-pages/man2/vmsplice.2.html">vmsplice(2)</see>.</para>
/// </remarks>
/// <example>
/// <code>
/// byte[] buffer = new byte[4096];
/// Errno errno = VmSplice.TryFill(pipe.ReadHandle, buffer, SpliceFlags.NonBlock, out long filled);
/// bool isEmpty = errno == Errno.EAGAIN;
/// bool isAtTheEnd = errno == Errno.None &amp;&amp; filled == 0;
/// </code>
/// </example>
public static class VmSplice
{
    /// <summary>
    /// <c>vmsplice(fd, iov, 1, flags)</c> on a pipe's read end: copies bytes out of the pipe into <paramref name="buffer"/> and consumes them,
    /// as a read does.
    /// </summary>
    /// <remarks>
    /// Nothing is mapped in this direction, and it is no faster than read(2): the same within what our measurements differ by (<c>pipes</c> in
    /// tests/ZeroCopy.Benchmarks). What it has that read does not is <see cref="SpliceFlags.NonBlock"/>, which keeps this one call from waiting, and no other on a pipe
    /// whose flags belong to others too.
    /// </remarks>
    /// <param name="pipe">The read end of a pipe.</param>
    /// <param name="buffer">The memory to fill; it is pinned for the length of the call, which may wait.</param>
    /// <param name="flags">Any of <see cref="SpliceFlags"/>; only <see cref="SpliceFlags.NonBlock"/> has an effect.</param>
    /// <inheritdoc cref="Fill(SafeHandle, IOVector*, int, SpliceFlags)" path="/returns|/exception"/>
    public static long Fill(SafeHandle pipe, Span<byte> buffer, SpliceFlags flags = SpliceFlags.None)
    {
        Errno errno = TryFill(pipe, buffer, flags, out long filled);
        return errno == Errno.None ? filled : throw new ErrnoException(errno, "vmsplice");
    }

    /// <summary><see cref="Fill(SafeHandle, Span{byte}, SpliceFlags)"/> that returns the error number instead of throwing it.</summary>
    /// <param name="pipe">The read end of a pipe.</param>
    /// <param name="buffer">The memory to fill; it is pinned for the length of the call, which may wait.</param>
    /// <param name="flags">Any of <see cref="SpliceFlags"/>; only <see cref="SpliceFlags.NonBlock"/> has an effect.</param>
    /// <param name="filled">The number of bytes filled, as <c>Fill</c> returns it; 0 where there is an error.</param>
    /// <returns>
    /// <see cref="Errno.None"/>, or the error number, with the meanings listed at <see cref="Fill(SafeHandle, Span{byte}, SpliceFlags)"/>.
    /// </returns>
    /// <exception cref="ArgumentNullException">The handle is null.</exception>
    /// <exception cref="ObjectDisposedException">The handle is disposed.</exception>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux.</exception>
    public static unsafe Errno TryFill(SafeHandle pipe, Span<byte> buffer, SpliceFlags flags, out long filled)
    {
        // SAFETY: the span is pinned while the call runs. On a read end the kernel writes to it and keeps no reference.
        fixed (byte* start = buffer)
        {
            IOVector segment = new(start, (nuint)buffer.Length);
            return TryFill(pipe, &segment, 1, flags, out filled);
        }
    }

    /// <summary>
    /// <c>vmsplice(fd, iov, nr_segs, flags)</c> on a pipe's read end: copies bytes out of the pipe into the segments, in their order, and
    /// consumes them, as readv(2) does.
    /// </summary>
    /// <param name="pipe">The read end of a pipe.</param>
    /// <param name="segments">The memory to fill, which must stay valid and in place for the length of the call.</param>
    /// <param name="count">The number of segments, at most 1024.</param>
    /// <param name="flags">Any of <see cref="SpliceFlags"/>; only <see cref="SpliceFlags.NonBlock"/> has an effect.</param>
    /// <returns>
    /// The number of bytes filled: what the pipe had, at most what the segments hold. 0 when the pipe is empty and has no writer left, and
    /// when there is nothing to fill.
    /// </returns>
    /// <exception cref="ErrnoException">
    /// No byte was consumed.
    /// <list type="table">
    /// <item><term>EAGAIN</term><description>The pipe is empty and <see cref="SpliceFlags.NonBlock"/> asked not to wait.</description></item>
    /// <item><term>EBADF</term><description>The handle holds no open descriptor, no pipe, or a pipe that is open for writing too or only.</description></item>
    /// <item><term>EFAULT</term><description>The bytes of the pipe's first slot do not all fit into writable memory of this process. The memory before the
    /// fault may have been written. A fault in the bytes of a later slot ends the count before that slot.</description></item>
    /// <item><term>EINVAL</term><description>There are more than 1024 segments, one is longer than half the address space, or a flag is unknown.</description></item>
    /// <item><term>ENOMEM</term><description>The kernel is out of memory.</description></item>
    /// <item><term>ENOSYS, EOPNOTSUPP, EPERM</term><description>The kernel lacks the call, or a sandbox forbids it. Read instead.</description></item>
    /// </list>
    /// </exception>
    /// <exception cref="ArgumentNullException">The handle is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    /// <exception cref="ObjectDisposedException">The handle is disposed.</exception>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux.</exception>
    public static unsafe long Fill(SafeHandle pipe, IOVector* segments, int count, SpliceFlags flags = SpliceFlags.None)
    {
        Errno errno = TryFill(pipe, segments, count, flags, out long filled);
        return errno == Errno.None ? filled : throw new ErrnoException(errno, "vmsplice");
    }

    /// <summary><see cref="Fill(SafeHandle, IOVector*, int, SpliceFlags)"/> that returns the error number instead of throwing it.</summary>
    /// <param name="pipe">The read end of a pipe.</param>
    /// <param name="segments">The memory to fill, which must stay valid and in place for the length of the call.</param>
    /// <param name="count">The number of segments, at most 1024.</param>
    /// <param name="flags">Any of <see cref="SpliceFlags"/>; only <see cref="SpliceFlags.NonBlock"/> has an effect.</param>
    /// <param name="filled">The number of bytes filled, as <c>Fill</c> returns it; 0 where there is an error.</param>
    /// <returns>
    /// <see cref="Errno.None"/>, or the error number, with the meanings listed at <see cref="Fill(SafeHandle, IOVector*, int, SpliceFlags)"/>.
    /// </returns>
    /// <exception cref="ArgumentNullException">The handle is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    /// <exception cref="ObjectDisposedException">The handle is disposed.</exception>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux.</exception>
    public static unsafe Errno TryFill(SafeHandle pipe, IOVector* segments, int count, SpliceFlags flags, out long filled) =>
        TryCall(pipe, segments, count, flags, intoPipe: false, out filled);

    /// <summary>
    /// <c>vmsplice(fd, iov, nr_segs, flags)</c> on a pipe's write end: maps the segments into the pipe. <b>The pages are shared, not copied.</b>
    /// </summary>
    /// <remarks>
    /// <para>
    /// The contract, which nothing checks: the memory must not be written to, moved, or handed back to an allocator until the last reader of those
    /// bytes is done with them, and no call tells when that is. An empty pipe does not: a reader that splices onward, or a tee, keeps the pages.
    /// Nor does an acknowledged TCP queue on the same host.
    /// </para>
    /// <para>
    /// So never map managed memory: after its pin ends, the collector puts other objects there and the reader gets those. Nor memory of malloc or
    /// <c>NativeMemory</c>: freed, it is soon somebody else's. Map pages of your own from mmap(2), and retire them by munmap or
    /// <c>MADV_DONTNEED</c>: the kernel keeps the bytes until they are read. A page that was never written to maps as zeroes, for good.
    /// </para>
    /// <para>A kernel may copy instead; promise yourself neither.</para>
    /// </remarks>
    /// <param name="pipe">The write end of a pipe, or a FIFO that is open for both directions.</param>
    /// <param name="segments">The memory to map. Each page that a segment touches takes one slot of the pipe, however few of its bytes.</param>
    /// <param name="count">The number of segments, at most 1024.</param>
    /// <param name="flags">Any of <see cref="SpliceFlags"/>.</param>
    /// <returns>
    /// The number of bytes mapped, fewer than asked for when the pipe is full: a blocking call too returns as soon as the pipe has taken
    /// something. 0 when the segments hold nothing.
    /// </returns>
    /// <exception cref="ErrnoException">
    /// No byte was mapped.
    /// <list type="table">
    /// <item><term>EAGAIN</term><description>The pipe is full and <see cref="SpliceFlags.NonBlock"/> asked not to wait.</description></item>
    /// <item><term>EBADF</term><description>The handle holds no open descriptor, no pipe, or a pipe that is open for reading only.</description></item>
    /// <item><term>EFAULT</term><description>A segment is not readable memory of this process. Only the first page gives this; a later one ends the
    /// count before it.</description></item>
    /// <item><term>EINVAL</term><description>There are more than 1024 segments, one is longer than half the address space, or a flag is unknown; on
    /// some newer kernels also <see cref="SpliceFlags.NonBlock"/> on a pipe that is <c>O_NONBLOCK</c> already. Write instead.</description></item>
    /// <item><term>EPIPE</term><description>The pipe has no reader. The SIGPIPE that comes with it is ignored by .NET.</description></item>
    /// <item><term>ENOMEM</term><description>The kernel is out of memory.</description></item>
    /// <item><term>ENOSYS, EOPNOTSUPP, EPERM</term><description>The kernel lacks the call, or a sandbox forbids it. Write instead.</description></item>
    /// </list>
    /// </exception>
    /// <exception cref="ArgumentNullException">The handle is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    /// <exception cref="ObjectDisposedException">The handle is disposed.</exception>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux.</exception>
    public static unsafe long Map(SafeHandle pipe, IOVector* segments, int count, SpliceFlags flags = SpliceFlags.None)
    {
        Errno errno = TryMap(pipe, segments, count, flags, out long mapped);
        return errno == Errno.None ? mapped : throw new ErrnoException(errno, "vmsplice");
    }

    /// <summary><see cref="Map"/> that returns the error number instead of throwing it.</summary>
    /// <inheritdoc cref="Map" path="/remarks"/>
    /// <param name="pipe">The write end of a pipe, or a FIFO that is open for both directions.</param>
    /// <param name="segments">The memory to map, under the contract of <see cref="Map"/>.</param>
    /// <param name="count">The number of segments, at most 1024.</param>
    /// <param name="flags">Any of <see cref="SpliceFlags"/>.</param>
    /// <param name="mapped">The number of bytes mapped, as <see cref="Map"/> returns it; 0 where there is an error.</param>
    /// <returns><see cref="Errno.None"/>, or the error number, with the meanings listed at <see cref="Map"/>.</returns>
    /// <exception cref="ArgumentNullException">The handle is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    /// <exception cref="ObjectDisposedException">The handle is disposed.</exception>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux.</exception>
    public static unsafe Errno TryMap(SafeHandle pipe, IOVector* segments, int count, SpliceFlags flags, out long mapped) =>
        TryCall(pipe, segments, count, flags, intoPipe: true, out mapped);

    private static unsafe Errno TryCall(SafeHandle pipe, IOVector* segments, int count, SpliceFlags flags, bool intoPipe, out long moved)
    {
        Check.Platform();
        ArgumentNullException.ThrowIfNull(pipe);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        moved = 0;
        Errno errno = Interop.GetStatusFlags(pipe, out long status);
        if (errno != Errno.None)
        {
            return errno;
        }

        // A descriptor that is open both ways counts as a write end, as it does for the kernel.
        bool isWriteEnd = (status & Interop.O_ACCMODE) != Interop.O_RDONLY;
        return isWriteEnd == intoPipe ? Interop.VmSplice(pipe, segments, count, flags, out moved) : Errno.EBADF;
    }
}
