namespace ZeroCopy.Tests.Faults;

/// <summary>
/// Every call that the library makes and the error numbers that it can give there, by the man pages and by what the library's own documentation says. What
/// is several calls by one name has a row for each.
/// </summary>
internal static class FaultTable
{
    private static readonly Errno[] _brokenConnection =
    [
        Errno.ECONNRESET, Errno.ETIMEDOUT, Errno.EHOSTUNREACH, Errno.ENETUNREACH, Errno.ECONNREFUSED, Errno.ENOTCONN,
    ];

    private static readonly Errno[] _fullDisk = [Errno.ENOSPC, Errno.EDQUOT, Errno.EFBIG];

    private static readonly Errno[] _refused = [Errno.EINVAL, Errno.ENOSYS, Errno.EOPNOTSUPP, Errno.EPERM];

    private static readonly Errno[] _again = [Errno.EINTR, Errno.EAGAIN];

    private static readonly Errno[] _noDescriptor = [Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM];

    public static IReadOnlyDictionary<string, FaultRow> Rows { get; } = new Dictionary<string, FaultRow>(StringComparer.Ordinal)
    {
        ["splice"] = new()
        {
            Moves = true,
            GoesOn = _again,
            FallsBack = _refused,
            Fails = [Errno.EBADF, Errno.EIO, Errno.ENOMEM, Errno.EPIPE, Errno.ESPIPE, .. _brokenConnection, .. _fullDisk],
        },
        ["tee"] = new() { Moves = true, GoesOn = [Errno.EINTR], FallsBack = [Errno.EAGAIN, Errno.EBADF, Errno.ENOMEM, Errno.EPIPE, .. _refused] },
        ["vmsplice"] = new() { Moves = true, GoesOn = _again, FallsBack = _refused, Fails = [Errno.EBADF, Errno.EFAULT, Errno.ENOMEM, Errno.EPIPE] },
        ["copy_file_range"] = new()
        {
            Moves = true,
            GoesOn = [Errno.EINTR],
            FallsBack = [Errno.EXDEV, Errno.EBADF, .. _refused],
            Fails = [Errno.EIO, Errno.EISDIR, Errno.ENOMEM, Errno.EOVERFLOW, Errno.ETXTBSY, .. _fullDisk],
        },

        ["read"] = new() { Moves = true, GoesOn = _again, Fails = [Errno.EBADF, Errno.EINVAL, Errno.EIO] },
        ["write"] = new() { Moves = true, GoesOn = _again, Fails = [Errno.EBADF, Errno.EINVAL, Errno.EIO, Errno.EPERM, Errno.EPIPE, .. _fullDisk] },
        ["pread"] = new() { Moves = true, GoesOn = [Errno.EINTR], Fails = [Errno.EBADF, Errno.EINVAL, Errno.EIO] },
        ["pwrite"] = new() { Moves = true, GoesOn = [Errno.EINTR], Fails = [Errno.EBADF, Errno.EINVAL, Errno.EIO, Errno.EPERM, .. _fullDisk] },
        ["recv"] = new() { Moves = true, GoesOn = _again, Fails = [Errno.EBADF, Errno.ENOMEM, .. _brokenConnection] },
        ["send"] = new() { Moves = true, GoesOn = _again, Fails = [Errno.EBADF, Errno.ENOBUFS, Errno.ENOMEM, Errno.EPIPE, .. _brokenConnection] },

        // From a pipe of the library's own, which has bytes: they may be pages of a file that cannot be read. To one that is empty, for which pages are needed.
        ["read:own"] = new() { GoesOn = [Errno.EINTR], Fails = [Errno.EIO] },
        ["write:own"] = new() { Fails = [Errno.ENOMEM] },

        // The count of an eventfd, which is never too large to be written.
        ["read:event"] = new() { GoesOn = _again },
        ["write:event"] = new(),

        // At first what the limits of a user, those on pages in pipes among them, and a sandbox say.
        ["pipe2"] = new() { GoesOn = [Errno.ENFILE, Errno.EPERM, Errno.EMFILE, Errno.ENOMEM, Errno.ENOSYS] },
        ["open"] = new() { GoesOn = [.. _noDescriptor, Errno.EACCES, Errno.ENOENT, Errno.ENXIO] },
        ["fcntl:F_GETFL"] = new() { Either = [Errno.EBADF] },
        ["fcntl:F_GETPIPE_SZ"] = new() { Either = [Errno.EBADF] },
        ["fcntl:F_SETPIPE_SZ"] = new() { GoesOn = [Errno.EPERM, Errno.ENOMEM, Errno.EBADF, Errno.EBUSY] },
        ["ioctl"] = new() { GoesOn = [Errno.EBADF] },
        ["statx"] = new() { Fails = [Errno.EACCES, Errno.EBADF, Errno.ENOMEM, Errno.ENOSYS, Errno.EPERM] },
        ["lseek"] = new() { GoesOn = [Errno.EBADF, Errno.EINVAL, Errno.ESPIPE] },
        ["isatty"] = new() { GoesOn = [Errno.EBADF, Errno.ENOTTY] },
        ["dup3"] = new() { GoesOn = [Errno.EBADF, Errno.EBUSY, Errno.EINTR, Errno.EMFILE] },

        ["getsockopt"] = new() { Either = [Errno.EBADF, Errno.ENOPROTOOPT, Errno.ENOTSOCK] },
        ["shutdown"] = new() { GoesOn = [Errno.EBADF, Errno.EINVAL, Errno.ENOTCONN] },
        ["poll"] = new() { GoesOn = [Errno.EINTR], Either = [Errno.EINVAL, Errno.ENOMEM] },
        ["epoll_wait"] = new() { GoesOn = [Errno.EINTR] },
        ["epoll_ctl:ADD"] = new() { Either = [Errno.EBADF, Errno.ENOMEM, Errno.ENOSPC, Errno.EPERM] },
        ["epoll_ctl:MOD"] = new() { Either = [Errno.ENOENT] },
        ["epoll_ctl:DEL"] = new() { GoesOn = [Errno.EBADF, Errno.ENOENT] },
        ["epoll_create1"] = new() { Fails = _noDescriptor },
        ["eventfd"] = new() { Fails = [.. _noDescriptor, Errno.ENODEV] },

        ["mmap"] = new() { Either = [Errno.EAGAIN, Errno.ENOMEM, Errno.EPERM] },
        ["madvise"] = new() { Either = [Errno.EAGAIN, Errno.EINVAL, Errno.ENOMEM, Errno.EPERM] },
        ["mincore"] = new() { GoesOn = [Errno.EAGAIN, Errno.EFAULT, Errno.ENOMEM, Errno.EPERM] },
        ["munlock"] = new() { Either = [Errno.EINVAL, Errno.ENOMEM, Errno.EPERM] },
        ["clock_gettime"] = new() { GoesOn = [Errno.EINVAL] },
    };

    /// <summary>The name of the call that a row is about.</summary>
    public static string SyscallOf(string row) => row.Split(':')[0];

    /// <summary>The ways in which a call can fail, at each of the first calls.</summary>
    public static IEnumerable<Fault> Faults(string call, int mostCalls, int mostErrnos) =>
        from errno in Rows[call].Errnos(mostErrnos)
        from first in Enumerable.Range(1, mostCalls)
        from lasts in CanLast(call, errno) ? new[] { false, true } : [false]
        select new Fault(call, errno, first, lasts);

    /// <summary>Whether it makes a difference and has to be borne. Where it is asked to try again, it is right to do so for ever.</summary>
    private static bool CanLast(string call, Errno errno) =>
        errno is not (Errno.None or Errno.EINTR) && (errno != Errno.EAGAIN || call is "splice" or "tee")
        && Rows[call].OutcomeOf(errno) != FaultOutcome.Fails;
}
