using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy;

/// <summary>
/// Decides whether a loop looks again for a moment before it sleeps: to wake a sleeping core costs tens of microseconds, which is most of what a short
/// message takes. Only while it pays: when events come soon after one another, and spins catch them.
/// </summary>
internal sealed class Spin
{
    /// <summary>How long to look, 20 us: about the half of what waking takes, so that a spin in vain costs less than one that is not saves.</summary>
    private static readonly long _window = Stopwatch.Frequency / 50_000;

    /// <summary>A wait so short, with the waking in it, is one that a spin might have spared.</summary>
    private static readonly long _shortWait = 5 * _window;

    /// <summary>Whether some loop spins: one at a time, so that there is always a core for those who make the events. On a single core none does.</summary>
    private static int _taken = Environment.ProcessorCount > 1 ? 0 : 1;

    private bool _isBrisk;
    private Backoff _backoff;

    /// <summary>Waits for events, spinning first where that is worthwhile.</summary>
    public Errno Wait(SafeFileHandle epoll, Interop.EpollEvents events, int timeout, out int count)
    {
        long start = Stopwatch.GetTimestamp();
        if (_isBrisk && _backoff.IsDue() && Interlocked.CompareExchange(ref _taken, 1, 0) == 0)
        {
            Errno errno;
            do
            {
                errno = Interop.EpollWait(epoll, events, 0, out count);
            }
            while (errno == Errno.None && count == 0 && Stopwatch.GetTimestamp() - start < _window);
            Volatile.Write(ref _taken, 0);
            _backoff.Tried(inVain: count == 0);
            if (errno != Errno.None || count > 0)
            {
                return errno;
            }
        }

        Errno result = Interop.EpollWait(epoll, events, timeout, out count);
        _isBrisk = count > 0 && Stopwatch.GetTimestamp() - start < _shortWait;
        return result;
    }
}
