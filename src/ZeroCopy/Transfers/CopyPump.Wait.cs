using System.Diagnostics.CodeAnalysis;

namespace ZeroCopy;

/// <content>Waiting: on a loop, without a thread; for a moment, on the thread of a worker; or on the thread of a synchronous copy.</content>
internal sealed partial class CopyPump
{
    private const int NoDescriptor = -1;

    /// <summary>The least that poll can wait, and many times what a sender at full speed takes for the next bytes.</summary>
    private const int LingerMilliseconds = 1;

    private readonly int _lowestDescriptor;
    private EpollLoop? _loop;
    private volatile BreakWatch? _watch;
    private Timer? _pause;
    private Backoff _lingering;

    /// <summary>Whether what is called ready is not, time after time, as with errors that nobody can take: then it is asked only now and then.</summary>
    private bool IsCalledReadyInVain => _idleWakeUps >= 2 * MostIdleWakeUps;

    /// <summary>
    /// Waits here, for a moment, for the source of a copy that goes to a disk. What comes in at full speed would otherwise change threads for each pipe full, be
    /// late for the next, and find its bytes gone from the processor's cache: that took half as much again.
    /// </summary>
    private bool TryLinger()
    {
        if (_source.IsClosed || _idleWakeUps > 0 || !DiskWorkers.NobodyWaits || !_lingering.IsDue())
        {
            return false;
        }

        Interop.Poll((int)_source.Descriptor.DangerousGetHandle(), Interop.POLLIN, LingerMilliseconds, out bool isReady);
        _lingering.Tried(inVain: !isReady);
        _wokenFor = isReady ? Need.Source : Need.Nothing;
        return isReady;
    }

    /// <summary>Has it notice that its destination breaks while it waits for its source.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever is wrong with the destination, the next write says so too.")]
    public void WatchDestination()
    {
        if (!_destination.IsSocket)
        {
            return;
        }

        try
        {
            // Either the loop sees that it is over, or its end sees the watch.
            EpollLoop loop = _loop ??= EpollLoops.Of(_lowestDescriptor);
            _watch = new BreakWatch(this);
            loop.Park(_watch, _destination.Descriptor, Interop.EPOLLERR);
        }
        catch (Exception)
        {
            // There is nothing to watch.
        }
    }

    private void StopWatching()
    {
        Interlocked.MemoryBarrier();
        if (_watch is not null)
        {
            _loop!.TryTakeOut(_watch);
        }
    }

    /// <summary>Gives the pump to the loop, or to a timer.</summary>
    /// <returns>Whether it waits now, and belongs to the loop; if not, it can go on, or is over.</returns>
    [SuppressMessage("Design", "CA1031", Justification = "As for a turn.")]
    private bool TryPark(Need need)
    {
        try
        {
            PrepareToWait(need);
            _wokenFor = need;
            if (need == Need.Pause)
            {
                int milliseconds = (int)Math.Min(Rate!.Pause().TotalMilliseconds + 1, EpollLoop.SweepMilliseconds);
                Volatile.Write(ref _lastMoved, Environment.TickCount64 + milliseconds);
                Pause(milliseconds);
                return true;
            }

            if (IsCalledReadyInVain)
            {
                Pause(EpollLoop.SweepMilliseconds);
                return true;
            }

            _loop ??= EpollLoops.Of(_lowestDescriptor);
            Errno errno = _loop.Park(this, _atWork.Descriptor, need == Need.Source ? Interop.EPOLLIN : Interop.EPOLLOUT);
            switch (errno)
            {
                case Errno.None:
                    return true;

                case Errno.EPERM when _atWork.WaitsFirst:
                    _atWork.NeverWaits();
                    return false;

                case Errno.ECANCELED:
                    return false;

                default:
                    Fail(_atWork, errno == Errno.EPERM ? Errno.EAGAIN : errno, new ErrnoException(errno, "epoll_ctl"));
                    return false;
            }
        }
        catch (Exception e)
        {
            // It was disposed, or there is no descriptor, thread or memory left for a loop.
            FailUnexpectedly(e);
            return false;
        }
    }

    /// <summary>Gives the pump to a timer, where nobody can find it: for no longer than it may take until a stop or a disposed end is noticed.</summary>
    private void Pause(int milliseconds)
    {
        _pause ??= new Timer(static state => ((CopyPump)state!).Run(mayBlock: false), this, Timeout.Infinite, Timeout.Infinite);
        _pause.Change(milliseconds, Timeout.Infinite);
    }

    /// <summary>What waits for its source keeps nothing that others could use meanwhile.</summary>
    private void PrepareToWait(Need need)
    {
        if (_inPipe == 0)
        {
            ReturnPipe(isEmpty: true);
        }

        if (_ahead.IsEmpty)
        {
            ReturnBuffer();
        }

        if (need == Need.Source)
        {
            _statistics.SourceWaits++;
        }
        else if (need == Need.Destination)
        {
            _statistics.DestinationWaits++;
        }
    }

    /// <summary>Waits with poll, and looks from time to time whether somebody closed a handle, which poll does not tell.</summary>
    private void WaitHere(Need need)
    {
        int fd = (int)_atWork.Descriptor.DangerousGetHandle();
        short events = need == Need.Source ? Interop.POLLIN : Interop.POLLOUT;
        if (IsCalledReadyInVain)
        {
            Interop.Poll(NoDescriptor, 0, EpollLoop.SweepMilliseconds, out _);
        }

        bool isReady = false;
        while (!isReady && !IsOrphaned)
        {
            Errno errno = Interop.Poll(fd, events, EpollLoop.SweepMilliseconds, out isReady);
            if (errno is not (Errno.None or Errno.EINTR))
            {
                Fail(_atWork, errno, new ErrnoException(errno, "poll"));
                return;
            }
        }

        _wokenFor = need;
    }
}
