using System.Runtime.InteropServices;

namespace ZeroCopy;

internal static partial class Interop
{
    internal const short POLLIN = 0x1;
    internal const short POLLOUT = 0x4;

    private const int PollfdSize = 8;
    private const int PollfdEventsOffset = 4;
    private const int PollfdReventsOffset = 6;

    /// <summary>
    /// Waits for one descriptor, given by its number since no reference to a handle may be held while waiting, for at most so many milliseconds. EINTR
    /// is reported: the caller looks again anyway.
    /// </summary>
    internal static unsafe Errno Poll(int fd, short events, int timeout, out bool isReady)
    {
        // SAFETY: the call writes to one struct pollfd, for which there is room, in a local of this frame.
        byte* pollfd = stackalloc byte[PollfdSize];
        *(int*)pollfd = fd;
        *(short*)(pollfd + PollfdEventsOffset) = events;
        *(short*)(pollfd + PollfdReventsOffset) = 0;
        Errno errno = Capture(poll(pollfd, 1, timeout), out long count);
        isReady = count > 0;
        return errno;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int poll(void* fds, nuint nfds, int timeout);
}
