using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy;

/// <summary>
/// Decides whether a loop looks again for a moment before it sleeps: to wake a sleeping core costs tens of microseconds, which is most of what a short
/// message takes. Only while it pays: when the events of late came soon after one another.
/// </summary>
internal sealed class Spin
{
    /// <summary>How many spins in vain end it, after the last one that was not.</summary>
    private const int MostInVain = 4;

    /// <summary>How long to look: about the half of what waking takes, so that a spin in vain costs less than it might have saved.</summary>
    private static readonly long _window = Stopwatch.Frequency / 50_000;

    /// <summary>A sleep so short, with the waking in it, was for an event that a spin would have seen.</summary>
    private static readonly long _shortSleep = 5 * _window;

    /// <summary>Whether some loop spins: one at a time, so that there is always a core for those who make the events. On a single core none does.</summary>
    private static int _taken = Environment.ProcessorCount > 1 ? 0 : 1;

    private int _credit;

    /// <summary>Waits for events, spinning first where that is worthwhile.</summary>
    public Errno Wait(SafeFileHandle epoll, Interop.EpollEvents events, int timeout, out int count)
    {
        if (_credit > 0 && Interlocked.CompareExchange(ref _taken, 1, 0) == 0)
        {
            long end = Stopwatch.GetTimestamp() + _window;
            Errno errno;
            do
            {
                errno = Interop.EpollWait(epoll, events, 0, out count);
            }
            while (errno == Errno.None && count == 0 && Stopwatch.GetTimestamp() < end);
            Volatile.Write(ref _taken, 0);
            if (errno != Errno.None || count > 0)
            {
                _credit = MostInVain;
                return errno;
            }

            _credit--;
        }

        long start = Stopwatch.GetTimestamp();
        Errno result = Interop.EpollWait(epoll, events, timeout, out count);
        if (count > 0 && Stopwatch.GetTimestamp() - start < _shortSleep)
        {
            _credit = Math.Max(_credit, 1);
        }

        return result;
    }
}
