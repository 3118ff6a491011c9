using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using ZeroCopy;

namespace TeeSample;

/// <summary>
/// What a tee needs beside the three calls and .NET has no plain form of: open with O_APPEND, read and write at the descriptor's own position,
/// and a wait for one descriptor that sets no flag on it, since standard input and output are shared with other processes.
/// </summary>
internal static partial class Libc
{
    public const short POLLIN = 1;
    public const short POLLOUT = 4;

    private const int F_GETFD = 1;
    private const int FD_CLOEXEC = 1;
    private const int O_WRONLY = 1;
    private const int O_CREAT = 0x40;
    private const int O_TRUNC = 0x200;
    private const int O_APPEND = 0x400;
    private const int O_CLOEXEC = 0x80000;
    private const int ReadWriteForAll = 0x1B6; // 0666, less the umask

    public static Errno OpenForWriting(string path, bool append, out SafeFileHandle handle)
    {
        Errno errno;
        do
        {
            handle = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (append ? O_APPEND : O_TRUNC), ReadWriteForAll);
            errno = handle.IsInvalid ? LastError() : Errno.None;
        }
        while (errno == Errno.EINTR);
        return errno;
    }

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

    public static Errno Read(SafeFileHandle fd, Span<byte> buffer, out int count)
    {
        do
        {
            count = (int)read(fd, buffer, (nuint)buffer.Length);
        }
        while (count < 0 && LastError() == Errno.EINTR);
        return count < 0 ? LastError() : Errno.None;
    }

    public static Errno Write(SafeFileHandle fd, ReadOnlySpan<byte> buffer, out int count)
    {
        do
        {
            count = (int)write(fd, buffer, (nuint)buffer.Length);
        }
        while (count < 0 && LastError() == Errno.EINTR);
        return count < 0 ? LastError() : Errno.None;
    }

    /// <summary>Waits until the descriptor is ready, or can say what is wrong with it.</summary>
    public static void Wait(SafeFileHandle fd, short events)
    {
        bool isHeld = false;
        fd.DangerousAddRef(ref isHeld);
        try
        {
            PollFd entry = new() { Fd = (int)fd.DangerousGetHandle(), Events = events };
            while (poll(ref entry, 1, -1) < 0 && LastError() == Errno.EINTR)
            {
            }
        }
        finally
        {
            fd.DangerousRelease();
        }
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

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(ref PollFd fds, nuint nfds, int timeout);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFd
    {
        public int Fd;
        public short Events;
        public short ReturnedEvents;
    }
}
