using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy;

internal static partial class Interop
{
    private const int EFD_CLOEXEC = O_CLOEXEC;
    private const int EFD_NONBLOCK = O_NONBLOCK;

    internal static Errno EventFd(SafeFileHandle eventFd)
    {
        Errno errno = Capture(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), out long fd);
        if (errno == Errno.None)
        {
            Marshal.InitHandle(eventFd, (nint)fd);
        }

        return errno;
    }

    /// <summary>Makes it readable. EAGAIN, at the greatest count, means that it is.</summary>
    internal static unsafe void EventFdSignal(SafeFileHandle eventFd)
    {
        // SAFETY: eight bytes are read, from a local of this frame.
        ulong one = 1;
        _ = Capture(write(eventFd, &one, sizeof(ulong)), out _);
    }

    /// <summary>Makes it unreadable. EAGAIN means that it is.</summary>
    internal static unsafe void EventFdReset(SafeFileHandle eventFd)
    {
        // SAFETY: eight bytes are written, to a local of this frame.
        ulong count = 0;
        _ = Capture(read(eventFd, &count, sizeof(ulong)), out _);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int eventfd(uint initval, int flags);
}
