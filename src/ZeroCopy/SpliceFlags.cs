namespace ZeroCopy;

/// <summary>The <c>SPLICE_F_*</c> flags of splice(2), tee(2) and vmsplice(2). Bits without a name here pass through to the kernel.</summary>
/// <remarks>Man page: <see href="https://man7.org/linux/man-pages/man2/splice.2.html">splice(2)</see>.</remarks>
[Flags]
public enum SpliceFlags : uint
{
    /// <summary>No flag.</summary>
    None = 0,

    /// <summary><c>SPLICE_F_MOVE</c>: a hint to move pages instead of copying them, without effect since Linux 2.6.21.</summary>
    Move = 1,

    /// <summary>
    /// <c>SPLICE_F_NONBLOCK</c>: do not wait on a pipe; a call that would have to fails with <see cref="Errno.EAGAIN"/>.
    /// It does <b>not</b> make a TCP socket, a datagram socket or a terminal at the other side non-blocking: only <c>O_NONBLOCK</c> on that
    /// descriptor does. For vmsplice it is the only switch there is: <c>O_NONBLOCK</c> on the pipe is not looked at.
    /// </summary>
    NonBlock = 2,

    /// <summary>
    /// <c>SPLICE_F_MORE</c>: more bytes follow at once. A TCP socket then holds an incomplete segment back for up to 200 ms, with
    /// <c>TCP_NODELAY</c> too; never set it on the last bytes.
    /// </summary>
    More = 4,

    /// <summary>
    /// <c>SPLICE_F_GIFT</c>: for vmsplice, a promise never to touch the pages again. The kernel does not enforce it, does not check alignment,
    /// and the other calls ignore it. It makes nothing safe.
    /// </summary>
    Gift = 8,
}
