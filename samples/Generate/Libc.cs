using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using ZeroCopy;

namespace GenerateSample;

/// <summary>What .NET has no plain form of: a write at the position that is shared with other processes, and the truth about standard descriptors.</summary>
internal static partial class Libc
{
    private const int F_GETFD = 1;
    private const int F_GETFL = 3;
    private const int F_SETPIPE_SZ = 1031;
    private const int F_GETPIPE_SZ = 1032;
    private const int FD_CLOEXEC = 1;
    private const int LargestPipe = 1024 * 1024;
    private const int O_ACCMODE = 3;
    private const int O_RDONLY = 0;

    /// <summary>
    /// Whether a standard descriptor is the parent's, and open for writing. Where the parent has closed it, the runtime has opened something of its own under its
    /// number by now: close-on-exec, as nothing can be that came through an exec.
    /// </summary>
    public static bool IsWritable(SafeFileHandle fd) =>
        fcntl(fd, F_GETFD, 0) is int flags and >= 0 && (flags & FD_CLOEXEC) == 0 && (fcntl(fd, F_GETFL, 0) & O_ACCMODE) != O_RDONLY;

    public static bool IsPipe(SafeFileHandle fd) => fcntl(fd, F_GETPIPE_SZ, 0) >= 0;

    /// <summary>
    /// Makes a pipe as large as an unprivileged user may: the more it holds, the less often its ends wait for each other. What is no pipe, or may not be so
    /// large, stays as it is.
    /// </summary>
    public static void AskForCapacity(SafeFileHandle fd)
    {
        if (fcntl(fd, F_GETPIPE_SZ, 0) < LargestPipe)
        {
            _ = fcntl(fd, F_SETPIPE_SZ, LargestPipe);
        }
    }

    public static Errno Write(SafeFileHandle fd, ReadOnlySpan<byte> bytes, out int written)
    {
        Errno errno;
        do
        {
            nint count = write(fd, bytes, (nuint)bytes.Length);
            errno = count < 0 ? (Errno)Marshal.GetLastPInvokeError() : Errno.None;
            written = Math.Max((int)count, 0);
        }
        while (errno == Errno.EINTR);
        return errno;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(SafeFileHandle fd, int cmd, nint arg);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(SafeFileHandle fd, ReadOnlySpan<byte> buf, nuint count);
}
