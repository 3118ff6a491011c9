using Microsoft.Win32.SafeHandles;

namespace ZeroCopy;

/// <content>The thread: it sleeps in epoll_wait, takes out who waited for what happened, and looks from time to time who was disposed.</content>
internal sealed partial class EpollLoop
{
    /// <summary>
    /// Two relays' worth and more: one relay with much to move has answers on its way back, and they are no reason for it to move less at a time.
    /// </summary>
    private const int Many = 5;

    /// <summary>So many events in one interval that nobody waited for are no accident any more.</summary>
    private const int MostEventsOfNobody = 64;

    /// <summary>To move so many bytes takes about as long as all that is to be done for a small message.</summary>
    private const int BytesOfWork = 64 * 1024;

    private int _eventsOfNobody;
    private int _interval;
    private int _work;
    private int _inAHurry;
    private int _wereInAHurry;
    private long _wakeUps;

    /// <summary>
    /// Whether several had something small to move just now, or between the last two sweeps: who moves much then does it in smaller steps, since all
    /// wait meanwhile.
    /// </summary>
    public bool HasManyInAHurry => Math.Max(Volatile.Read(ref _inAHurry), Volatile.Read(ref _wereInAHurry)) >= Many;

    /// <summary>How often it has woken up.</summary>
    public long WakeUps => Volatile.Read(ref _wakeUps);

    /// <summary>Counts what is moved. On the loop's thread.</summary>
    public void NoteWork(long bytes) => _work += 1 + (int)(bytes / BytesOfWork);

    /// <summary>Counts a waiter that was woken for something small, once until the next sweep. On the loop's thread.</summary>
    public void NoteHurry(Waiter waiter)
    {
        if (waiter.Interval != _interval)
        {
            waiter.Interval = _interval;
            _inAHurry++;
        }
    }

    private void Run()
    {
        Interop.EpollEvents events = new(EventsAtOnce);
        Spin spin = new();
        long nextSweep = Environment.TickCount64 + SweepMilliseconds;
        bool isIdle = false;
        Errno errno = Errno.None;
        while (errno is Errno.None or Errno.EINTR)
        {
            bool sleepsForLong;
            lock (_lock)
            {
                // Only after a whole interval without a waiter, so that one that comes and goes does not cost a wake-up each time.
                sleepsForLong = _sleepsForLong = isIdle && _parked == 0;
            }

            errno = spin.Wait(_epoll, events, sleepsForLong ? -1 : SweepMilliseconds, _work, out int count);
            _work = 0;
            Volatile.Write(ref _wakeUps, _wakeUps + 1);
            Waiter? ready = null;
            Waiter? failed = null;
            lock (_lock)
            {
                _sleepsForLong = false;
                for (int i = 0; i < count; i++)
                {
                    Dispatch(events.Data(i), events.Events(i), ref ready);
                }

                if (_eventsOfNobody >= MostEventsOfNobody)
                {
                    ReplaceEpoll(ref failed);
                }
            }

            CompleteEach(ready, static waiter => waiter.Complete(error: null));
            CompleteEach(failed, static waiter => waiter.Complete(new ErrnoException(Errno.ENOMEM, "epoll_ctl")));
            if (sleepsForLong)
            {
                isIdle = false;
                nextSweep = Environment.TickCount64 + SweepMilliseconds;
            }
            else if (Environment.TickCount64 >= nextSweep)
            {
                _interval++;
                _eventsOfNobody = 0;
                Volatile.Write(ref _wereInAHurry, _inAHurry);
                Volatile.Write(ref _inAHurry, 0);
                isIdle = Sweep() == 0;
                nextSweep = Environment.TickCount64 + SweepMilliseconds;
            }
        }

        Break(errno);
    }

    /// <summary>Somebody closed a descriptor that is not theirs. To wait again would spin; those who wait are told.</summary>
    private void Break(Errno errno)
    {
        Waiter? all = null;
        lock (_lock)
        {
            _broken = errno;
            foreach (Registration registration in _registrations.Values)
            {
                registration.TakeOut(static (_, _) => true, 0, ref all);
            }
        }

        CompleteEach(all, waiter => waiter.Complete(new ErrnoException(errno, "epoll_wait")));
    }

    private void Dispatch(ulong data, uint events, ref Waiter? ready)
    {
        if (data == WakeUp)
        {
            Interop.EventFdReset(_wakeUp);
            return;
        }

        if (!_registrations.TryGetValue((int)(uint)data, out Registration? registration) || registration.Data != data)
        {
            _eventsOfNobody++;
            return;
        }

        // An error or a hang-up ends every wait: the next call says what it is.
        uint directions = (events & (Interop.EPOLLERR | Interop.EPOLLHUP)) != 0
            ? Interop.EPOLLIN | Interop.EPOLLOUT | Interop.EPOLLERR
            : (events & Interop.EPOLLOUT) | ((events & (Interop.EPOLLIN | Interop.EPOLLRDHUP)) != 0 ? Interop.EPOLLIN : 0);
        int woken = registration.TakeOut(static (waiter, directions) => (waiter.Direction & directions) != 0, directions, ref ready);
        _parked -= woken;
        if (registration.StaysArmed && woken > 0)
        {
            return;
        }

        // A one-shot event has disarmed the other direction too. Should its descriptor be gone meanwhile, the sweep finds that out.
        uint rest = registration.Interest();
        if (rest != 0)
        {
            registration.StaysArmed = false;
            _ = Control(registration, Interop.EPOLL_CTL_MOD, rest);
        }
        else if (registration.StaysArmed)
        {
            // One that finds nobody is to be the last.
            registration.StaysArmed = false;
            if (Control(registration, Interop.EPOLL_CTL_MOD, rest) != Errno.None)
            {
                registration.StaysArmed = true;
                _eventsOfNobody++;
            }
        }
    }

    /// <summary>
    /// Gets rid of descriptors that were closed here while somebody else had them open too: epoll goes on telling of those that were armed to stay, and they cannot be
    /// taken out, their numbers being nobody's or another's.
    /// </summary>
    private void ReplaceEpoll(ref Waiter? failed)
    {
        using SafeFileHandle epoll = new();
        if (Interop.EpollCreate(epoll) != Errno.None
            || Interop.EpollControl(epoll, Interop.EPOLL_CTL_ADD, (int)_wakeUp.DangerousGetHandle(), Interop.EPOLLIN, WakeUp) != Errno.None
            || Interop.Replace(_epoll, epoll) != Errno.None)
        {
            // Later, then.
            return;
        }

        _eventsOfNobody = 0;
        foreach (Registration registration in _registrations.Values)
        {
            registration.StaysArmed = registration.IsAdded = false;
            if (registration.Waiters is not null)
            {
                Errno errno = Control(registration, Interop.EPOLL_CTL_ADD, registration.Interest());
                registration.IsAdded = errno == Errno.None;
                _parked -= errno is Errno.None or Errno.EBADF ? 0 : registration.TakeOut(static (_, _) => true, 0, ref failed);
            }
        }
    }

    /// <summary>Ends the waits for handles that were closed.</summary>
    /// <returns>How many wait.</returns>
    private int Sweep()
    {
        Waiter? closed = null;
        int parked;
        lock (_lock)
        {
            if (_parked > 0)
            {
                foreach (Registration registration in _registrations.Values)
                {
                    _parked -= registration.TakeOut(static (waiter, _) => waiter.IsOrphaned, 0, ref closed);
                }
            }

            parked = _parked;
        }

        FailAsDisposed(closed);
        return parked;
    }
}
