using System.Runtime.InteropServices;

namespace ZeroCopy;

internal static partial class Interop
{
    internal const int O_ACCMODE = 3;
    internal const int O_RDONLY = 0;
    internal const int O_WRONLY = 1;
    internal const int O_APPEND = 0x400;
    internal const int O_PATH = 0x200000;

    private const int F_GETFL = 3;
    private const int F_SETPIPE_SZ = 1031;
    private const int F_GETPIPE_SZ = 1032;

    internal static Errno GetStatusFlags(SafeHandle fd, out long flags) => Capture(fcntl(fd, F_GETFL, 0), out flags);

    internal static bool IsNonBlocking(SafeHandle fd) => GetStatusFlags(fd, out long flags) == Errno.None && (flags & O_NONBLOCK) != 0;

    internal static Errno GetPipeSize(SafeHandle fd, out long bytes) => Capture(fcntl(fd, F_GETPIPE_SZ, 0), out bytes);

    internal static Errno SetPipeSize(SafeHandle fd, int bytes) => Capture(fcntl(fd, F_SETPIPE_SZ, bytes), out _);

    // arg is as wide as a register, since libc reads the whole of it.
    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(SafeHandle fd, int cmd, nint arg);
}
