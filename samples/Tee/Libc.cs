using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using ZeroCopy;

namespace TeeSample;

/// <summary>
/// What a tee needs and .NET has no plain form of: open with O_APPEND, a close that tells errors, and the truth about standard descriptors, which are
/// shared with other processes.
/// </summary>
internal static partial class Libc
{
    private const int F_GETFD = 1;
    private const int F_SETPIPE_SZ = 1031;
    private const int FD_CLOEXEC = 1;
    private const int LargestPipe = 1024 * 1024;
    private const int O_WRONLY = 1;
    private const int O_CREAT = 0x40;
    private const int O_TRUNC = 0x200;
    private const int O_APPEND = 0x400;
    private const int O_NONBLOCK = 0x800;
    private const int O_CLOEXEC = 0x80000;
    private const int ReadWriteForAll = 0x1B6; // 0666, less the umask

    public static Errno OpenForWriting(string path, bool append, out SafeFileHandle handle) =>
        Open(path, O_CREAT | (append ? O_APPEND : O_TRUNC), out handle);

    /// <summary>Opens what is there already, and leaves it as it is. A FIFO without a reader gives ENXIO, and is not waited for.</summary>
    public static Errno OpenAsItIs(string path, bool append, out SafeFileHandle handle) => Open(path, O_NONBLOCK | (append ? O_APPEND : 0), out handle);

    /// <summary>
    /// Whether a standard descriptor is the parent's. Where the parent has closed it, the runtime has opened something of its own under its number by now:
    /// close-on-exec, as nothing can be that came through an exec.
    /// </summary>
    public static bool IsInherited(SafeFileHandle fd) => fcntl(fd, F_GETFD, 0) is int flags and >= 0 && (flags & FD_CLOEXEC) == 0;

    /// <summary>close(2), whose errors a SafeHandle does not tell.</summary>
    public static Errno Close(SafeFileHandle handle)
    {
        int fd = (int)handle.DangerousGetHandle();
        handle.SetHandleAsInvalid();
        return close(fd) < 0 ? LastError() : Errno.None;
    }

    /// <summary>Reads no byte, and so fails only where none could be read at all.</summary>
    public static Errno ReadNothing(SafeFileHandle fd) => read(fd, [], 0) < 0 ? LastError() : Errno.None;

    /// <summary>
    /// Makes a pipe as large as an unprivileged user may: the more it holds, the less often its ends wait for each other. What is no pipe, or may not be so
    /// large, stays as it is.
    /// </summary>
    public static void AskForCapacity(SafeFileHandle fd) => _ = fcntl(fd, F_SETPIPE_SZ, LargestPipe);

    /// <summary>Says something, if that can be: nobody is there to be told that it cannot.</summary>
    public static void Say(SafeFileHandle fd, ReadOnlySpan<byte> text) => _ = write(fd, text, (nuint)text.Length);

    private static Errno Open(string path, int flags, out SafeFileHandle handle)
    {
        Errno errno;
        do
        {
            handle = open(path, O_WRONLY | O_CLOEXEC | flags, ReadWriteForAll);
            errno = handle.IsInvalid ? LastError() : Errno.None;
        }
        while (errno == Errno.EINTR);
        return errno;
    }

    private static Errno LastError() => (Errno)Marshal.GetLastPInvokeError();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle open(string pathname, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(SafeFileHandle fd, int cmd, nint arg);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int fd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(SafeFileHandle fd, Span<byte> buf, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(SafeFileHandle fd, ReadOnlySpan<byte> buf, nuint count);
}
