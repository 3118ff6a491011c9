using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy;

/// <summary>
/// Decides whether a loop looks again for a moment before it sleeps. To wake a sleeping core costs from a few to some fifty microseconds, which may be most of what
/// a short message takes; to look costs the processor's time instead. Only when events come soon after one another, and spins catch them; and then only while
/// messages are faster by more than they are dearer, which is measured time and again.
/// </summary>
internal sealed class Spin
{
    /// <summary>How long to look, 50 us: what it takes to wake a core that sleeps deep, and the program there to answer.</summary>
    private static readonly long _window = Stopwatch.Frequency / 20_000;

    /// <summary>A wait so short, with the waking of all who take part in it, is one that a spin might have spared.</summary>
    private static readonly long _shortWait = 4 * _window;

    /// <summary>Whether some loop spins: one at a time, so that there is always a core for those who make the events. On a single core none does.</summary>
    private static int _taken = Environment.ProcessorCount > 1 ? 0 : 1;

    private bool _isBrisk;
    private Backoff _backoff;
    private Trial _trial;

    /// <summary>Waits for events, spinning first where that is worthwhile.</summary>
    /// <param name="epoll">Where they come from.</param>
    /// <param name="events">Takes them.</param>
    /// <param name="timeout">For how many milliseconds, or -1.</param>
    /// <param name="work">How much was moved since the last wait, in small messages or their equal.</param>
    /// <param name="count">How many events there are.</param>
    public Errno Wait(SafeFileHandle epoll, Interop.EpollEvents events, int timeout, int work, out int count)
    {
        long start = Stopwatch.GetTimestamp();
        if (_isBrisk && _trial.Spins(start, work) && _backoff.IsDue() && Interlocked.CompareExchange(ref _taken, 1, 0) == 0)
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
        if (!_isBrisk)
        {
            _trial.Interrupt();
        }

        return result;
    }

    /// <summary>
    /// Compares what work takes with spinning and without: time, multiplied by CPU time. Runs with what has proved better, and now and then one with the other: the
    /// rarer, the longer the answer has been the same.
    /// </summary>
    [StructLayout(LayoutKind.Auto)]
    private struct Trial
    {
        private const int WorkOfRun = 64;
        private const int LeastRunsUntilOther = 16;
        private const int MostRunsUntilOther = 256;

        private bool _sleeps;
        private bool _sleepingIsBetter;
        private double _costOfSpinning;
        private double _costOfSleeping;
        private int _runsUntilOther;
        private int _runs;
        private int _work;
        private long _start;
        private long _startOfCpu;

        /// <summary>Counts work, and tells what to do.</summary>
        public bool Spins(long now, int work)
        {
            if (_start != 0 && work == 0)
            {
                return !_sleeps;
            }

            _work += work;
            if (_start == 0 || _work >= WorkOfRun)
            {
                long cpu = Interop.ThreadCpuTime();
                if (_start != 0)
                {
                    Learn((double)(now - _start) * (cpu - _startOfCpu) / ((double)_work * _work));
                }

                (_start, _startOfCpu, _work) = (now, cpu, 0);
            }

            return !_sleeps;
        }

        /// <summary>Nothing came for so long that the time says nothing.</summary>
        public void Interrupt() => _start = 0;

        private void Learn(double cost)
        {
            // What is known of the other may be from long ago, when all was still slow.
            bool wasOther = _sleeps != _sleepingIsBetter;
            ref double known = ref _sleeps ? ref _costOfSleeping : ref _costOfSpinning;
            known = known == 0 || (wasOther && cost < known) ? cost : (0.75 * known) + (0.25 * Math.Min(cost, 2 * known));
            if (_costOfSleeping == 0)
            {
                _sleeps = true;
                return;
            }

            bool wasBetter = _sleepingIsBetter;
            _sleepingIsBetter = _costOfSleeping < _costOfSpinning;
            if (_sleepingIsBetter != wasBetter)
            {
                _runsUntilOther = LeastRunsUntilOther;
                _runs = 0;
            }

            _sleeps = _sleepingIsBetter;
            if (++_runs >= _runsUntilOther)
            {
                _runsUntilOther = Math.Clamp(2 * _runsUntilOther, LeastRunsUntilOther, MostRunsUntilOther);
                _runs = 0;
                _sleeps = !_sleeps;
            }
        }
    }
}
