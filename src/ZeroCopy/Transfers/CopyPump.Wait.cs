using System.Diagnostics.CodeAnalysis;

namespace ZeroCopy;

/// <content>Waiting: on a loop, without a thread; for a moment, on the thread of a worker; or on the thread of a synchronous copy.</content>
internal sealed partial class CopyPump
{
    private const int NoDescriptor = -1;

    /// <summary>The least that poll can wait, and many times what a sender at full speed takes for the next bytes.</summary>
    private const int LingerMilliseconds = 1;

    private EpollLoop? _loop;
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

    /// <summary>Gives the pump to the loop, or to a timer.</summary>
    /// <returns>Whether it waits now, and belongs to the loop; if not, it can go on, or is over.</returns>
    [SuppressMessage("Design", "CA1031", Justification = "As for a turn.")]
    private bool TryPark(Need need)
    {
        try
        {
            PrepareToWait(need);
            _wokenFor = need;
            if (IsCalledReadyInVain)
            {
                _pause ??= new Timer(static state => ((CopyPump)state!).Run(mayBlock: false), this, Timeout.Infinite, Timeout.Infinite);
                _pause.Change(EpollLoop.SweepMilliseconds, Timeout.Infinite);
                return true;
            }

            _loop ??= EpollLoops.Of((int)_source.Handle.DangerousGetHandle(), (int)_destination.Handle.DangerousGetHandle());
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
        else
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
