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
    /// Waits for any of at most 64 descriptors, given by number since no reference to a handle may be held while waiting, for at most so many milliseconds.
    /// EINTR is reported: the caller looks again anyway.
    /// </summary>
    /// <param name="fds">The descriptors; none to let time pass.</param>
    /// <param name="events">What to wait for, of all of them.</param>
    /// <param name="timeout">The milliseconds.</param>
    /// <param name="ready">A bit for each that is ready, that of the first one the lowest.</param>
    internal static unsafe Errno Poll(ReadOnlySpan<int> fds, short events, int timeout, out ulong ready)
    {
        // SAFETY: the call writes to as many struct pollfd as there are descriptors, for which there is room, in a local of this frame.
        byte* pollfds = stackalloc byte[PollfdSize * fds.Length];
        for (int i = 0; i < fds.Length; i++)
        {
            byte* pollfd = pollfds + (i * PollfdSize);
            *(int*)pollfd = fds[i];
            *(short*)(pollfd + PollfdEventsOffset) = events;
            *(short*)(pollfd + PollfdReventsOffset) = 0;
        }

        Errno errno = Capture(poll(pollfds, (nuint)fds.Length, timeout), out _);
        ready = 0;
        for (int i = 0; i < fds.Length; i++)
        {
            ready |= *(short*)(pollfds + (i * PollfdSize) + PollfdReventsOffset) != 0 ? 1ul << i : 0;
        }

        return errno;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int poll(void* fds, nuint nfds, int timeout);
}
