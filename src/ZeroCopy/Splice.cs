using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ZeroCopy;

/// <summary>
/// splice(2): moves bytes between two descriptors, at least one of which is a pipe, without carrying them through user space.
/// </summary>
/// <remarks>
/// <para>
/// Each method makes one system call, repeated only where a signal interrupted it before any byte moved (<c>EINTR</c>). Stateless and safe to
/// call from any thread; two calls at once on one file without an explicit offset race for its position and lose bytes.
/// A handle is referenced for the length of the call and stays the caller's: nothing here closes one.
/// </para>
/// <para>
/// <b>Files are moved by reference.</b> From a file to a pipe the kernel passes its cached pages, not a copy: a later write to the file
/// changes the bytes in the pipe, and those in a socket's queue behind it, until they are read. Read and write instead where somebody may write
/// to the file meanwhile. Bytes that go from a pipe into a file are copied.
/// </para>
/// <para>
/// <b>A call that waits keeps the pipe locked.</b> While it waits on a blocking socket or terminal, every other use of that pipe waits too and
/// cannot be killed, the closing of its last end included. Set <c>O_NONBLOCK</c> on such a descriptor, or keep the pipe to yourself.
/// </para>
/// <para>
/// Take <c>Socket.SafeHandle</c> only after the socket is connected: reading that property changes how a later ConnectAsync tries several addresses.
/// Reading <c>FileStream.SafeFileHandle</c> flushes the stream and moves the descriptor to its position, but the stream does not see what a call moved:
/// set <c>Position</c> afterwards, or give explicit offsets.
/// </para>
/// <para>Man page: <see href="https://man7.org/linux/man-pages/man2/splice.2.html">splice(2)</see>.</para>
/// </remarks>
/// <example>
/// <code>
/// using SafeFileHandle file = File.OpenHandle(path);
/// using Pipe pipe = new();
/// long moved;
/// while ((moved = Splice.Move(file, pipe.WriteHandle, 65536)) > 0)
/// {
///     while (moved > 0)
///     {
///         moved -= Splice.Move(pipe.ReadHandle, socket.SafeHandle, moved);
///     }
/// }
/// </code>
/// </example>
public static class Splice
{
    /// <summary>
    /// Whether this system is Linux. Elsewhere every call throws <see cref="PlatformNotSupportedException"/>. Whether a sandbox forbids a call
    /// only the call tells, by <see cref="Errno.ENOSYS"/> or <see cref="Errno.EPERM"/>.
    /// </summary>
    [SupportedOSPlatformGuard("linux")]
    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>
    /// <c>splice(fd_in, NULL, fd_out, NULL, len, flags)</c>: moves up to <paramref name="len"/> bytes from <paramref name="fdIn"/> to
    /// <paramref name="fdOut"/>, each at its own position.
    /// </summary>
    /// <param name="fdIn">Where the bytes come from: a pipe's read end, or a file, stream socket or device where the other is a pipe.</param>
    /// <param name="fdOut">Where they go: a pipe's write end, or a file, stream socket or device where the other is a pipe.</param>
    /// <param name="len">The most bytes to move; above 0x7ffff000 it counts as that. 0 moves nothing, checks next to nothing and says nothing of the end.</param>
    /// <param name="flags">Any of <see cref="SpliceFlags"/>.</param>
    /// <inheritdoc cref="Move(SafeHandle, long?, SafeHandle, long?, long, SpliceFlags)" path="/returns|/exception"/>
    public static long Move(SafeHandle fdIn, SafeHandle fdOut, long len, SpliceFlags flags = SpliceFlags.None)
    {
        Errno errno = TryMove(fdIn, fdOut, len, flags, out long moved);
        return errno == Errno.None ? moved : throw new ErrnoException(errno, "splice");
    }

    /// <summary>
    /// <c>splice(fd_in, off_in, fd_out, off_out, len, flags)</c>: moves up to <paramref name="len"/> bytes from <paramref name="fdIn"/> to
    /// <paramref name="fdOut"/>, at explicit offsets where they are given.
    /// </summary>
    /// <param name="fdIn">Where the bytes come from: a pipe's read end, or a file, stream socket or device where the other is a pipe.</param>
    /// <param name="offsetIn">
    /// Where in the source to start, in bytes from its beginning; the descriptor's own position is then neither used nor moved, and the next offset
    /// is this one plus the count. Null for the descriptor's own position, and for what has none.
    /// </param>
    /// <param name="fdOut">Where they go: a pipe's write end, or a file, stream socket or device where the other is a pipe.</param>
    /// <param name="offsetOut">Where in the target to start, as <paramref name="offsetIn"/>.</param>
    /// <param name="len">The most bytes to move; above 0x7ffff000 it counts as that. 0 moves nothing, checks next to nothing and says nothing of the end.</param>
    /// <param name="flags">Any of <see cref="SpliceFlags"/>.</param>
    /// <returns>
    /// The number of bytes moved, often fewer than asked for: a pipe takes one run of bytes per slot, whatever its length, so that one of 64 KiB may be
    /// full with 16 bytes. 0 is the kernel's 0: the end of a file, a pipe without writers, a socket that its peer has closed. A socket also gives 0 when
    /// urgent data is next, when its reset was reported already, when it is shut down for reading, and for an empty datagram: check with a peeking
    /// receive where that matters.
    /// </returns>
    /// <exception cref="ErrnoException">
    /// No byte was moved; one in a pipe is still there.
    /// <list type="table">
    /// <item><term>EAGAIN</term><description>Nothing can move without waiting, and <see cref="SpliceFlags.NonBlock"/> or <c>O_NONBLOCK</c> asked not to. It
    /// does not tell which side would wait: the source may be empty, or the pipe full. Also when a socket's receive or send timeout passed.</description></item>
    /// <item><term>EBADF</term><description>A handle holds no open descriptor, or one that is not open for this direction (a pipe's wrong end, a read-only
    /// target, <c>O_PATH</c>).</description></item>
    /// <item><term>EINVAL</term><description>Neither side is a pipe; both are the same pipe; the target was opened with <c>O_APPEND</c> (as by a
    /// shell's <c>&gt;&gt;</c>); a socket was given an offset; offset plus length is out of range; a flag is unknown; or a side cannot be spliced
    /// (/dev/null as a source, /dev/full, directories, many files of /proc, epoll and event descriptors, a terminal that was hung up, some file systems).
    /// Read and write instead.</description></item>
    /// <item><term>ESPIPE</term><description>A pipe was given an offset.</description></item>
    /// <item><term>EPIPE</term><description>The target pipe has no reader, or the target socket is shut down, not connected or closed by its peer. The
    /// SIGPIPE that comes with it is ignored by .NET; a native host without that would die of it.</description></item>
    /// <item><term>ECONNRESET</term><description>The peer reset the connection. It is reported once: the next call gives 0, as if the input had
    /// ended, or EPIPE.</description></item>
    /// <item><term>ENOTCONN</term><description>The source socket is listening or was never connected.</description></item>
    /// <item><term>ETIMEDOUT, EHOSTUNREACH, ENETUNREACH, ECONNREFUSED</term><description>The connection of a socket failed so.</description></item>
    /// <item><term>EDESTADDRREQ, EMSGSIZE</term><description>The target is a datagram socket without a peer, or the pipe holds more than a datagram may.</description></item>
    /// <item><term>ENOSPC, EDQUOT</term><description>The target's disk or quota is full.</description></item>
    /// <item><term>EFBIG</term><description>The target would outgrow its file system or the process's limit (<c>ulimit -f</c>); with the latter comes SIGXFSZ,
    /// which ends a .NET process that does not handle it.</description></item>
    /// <item><term>EPERM</term><description>The target is sealed against writing, or a sandbox forbids the call.</description></item>
    /// <item><term>ENOSYS, EOPNOTSUPP</term><description>The kernel, a sandbox or the file system lacks the call. Read and write instead.</description></item>
    /// <item><term>EIO</term><description>The device failed.</description></item>
    /// <item><term>ENOMEM</term><description>The kernel is out of memory.</description></item>
    /// </list>
    /// Other numbers come from the driver or file system behind a descriptor.
    /// </exception>
    /// <exception cref="ArgumentNullException">A handle is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A length or offset is negative.</exception>
    /// <exception cref="ObjectDisposedException">A handle is disposed.</exception>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux.</exception>
    public static long Move(
        SafeHandle fdIn, long? offsetIn, SafeHandle fdOut, long? offsetOut, long len, SpliceFlags flags = SpliceFlags.None)
    {
        Errno errno = TryMove(fdIn, offsetIn, fdOut, offsetOut, len, flags, out long moved);
        return errno == Errno.None ? moved : throw new ErrnoException(errno, "splice");
    }

    /// <summary><see cref="Move(SafeHandle, SafeHandle, long, SpliceFlags)"/> that returns the error number instead of throwing it.</summary>
    /// <param name="fdIn">Where the bytes come from.</param>
    /// <param name="fdOut">Where they go.</param>
    /// <param name="len">The most bytes to move; above 0x7ffff000 it counts as that.</param>
    /// <param name="flags">Any of <see cref="SpliceFlags"/>.</param>
    /// <param name="moved">The number of bytes moved, as <c>Move</c> returns it; 0 where there is an error.</param>
    /// <inheritdoc cref="TryMove(SafeHandle, long?, SafeHandle, long?, long, SpliceFlags, out long)" path="/returns|/exception"/>
    public static Errno TryMove(SafeHandle fdIn, SafeHandle fdOut, long len, SpliceFlags flags, out long moved)
    {
        Check.Platform();
        ArgumentNullException.ThrowIfNull(fdIn);
        ArgumentNullException.ThrowIfNull(fdOut);
        return Interop.Splice(fdIn, null, fdOut, null, Check.Length(len), flags, out moved);
    }

    /// <summary>
    /// <see cref="Move(SafeHandle, long?, SafeHandle, long?, long, SpliceFlags)"/> that returns the error number instead of throwing it.
    /// </summary>
    /// <param name="fdIn">Where the bytes come from.</param>
    /// <param name="offsetIn">Where in the source to start, in bytes, or null for the descriptor's own position.</param>
    /// <param name="fdOut">Where they go.</param>
    /// <param name="offsetOut">Where in the target to start, in bytes, or null for the descriptor's own position.</param>
    /// <param name="len">The most bytes to move; above 0x7ffff000 it counts as that.</param>
    /// <param name="flags">Any of <see cref="SpliceFlags"/>.</param>
    /// <param name="moved">The number of bytes moved, as <c>Move</c> returns it; 0 where there is an error.</param>
    /// <returns>
    /// <see cref="Errno.None"/>, or the error number, with the meanings listed at
    /// <see cref="Move(SafeHandle, long?, SafeHandle, long?, long, SpliceFlags)"/>.
    /// </returns>
    /// <exception cref="ArgumentNullException">A handle is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A length or offset is negative.</exception>
    /// <exception cref="ObjectDisposedException">A handle is disposed.</exception>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux.</exception>
    public static Errno TryMove(
        SafeHandle fdIn, long? offsetIn, SafeHandle fdOut, long? offsetOut, long len, SpliceFlags flags, out long moved)
    {
        Check.Platform();
        ArgumentNullException.ThrowIfNull(fdIn);
        ArgumentNullException.ThrowIfNull(fdOut);
        Check.NotNegative(offsetIn);
        Check.NotNegative(offsetOut);
        return Interop.Splice(fdIn, offsetIn, fdOut, offsetOut, Check.Length(len), flags, out moved);
    }
}
