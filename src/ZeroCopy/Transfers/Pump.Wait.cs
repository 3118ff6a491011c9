using System.Diagnostics.CodeAnalysis;

namespace ZeroCopy;

/// <content>Waiting: on a loop, without a thread; for a moment, on the thread of a worker; or on the thread of a synchronous call.</content>
internal sealed partial class Pump
{
    /// <summary>What poll leaves out.</summary>
    private const int NoDescriptor = -1;

    /// <summary>The least that poll can wait, and many times what a sender at full speed takes for the next bytes.</summary>
    private const int LingerMilliseconds = 1;

    private int _lowestDescriptor;
    private EpollLoop? _loop;
    private Timer? _pause;
    private Timer? _lateness;
    private Backoff _lingering;
    private bool _watchesLateness;
    private volatile bool _isHeldBack;

    /// <summary>
    /// Waits here, for a moment, for the source of a transfer that goes to a disk. What comes in at full speed would otherwise change threads for each pipe
    /// full, be late for the next, and find its bytes gone from the processor's cache: that took half as much again.
    /// </summary>
    private bool TryLinger()
    {
        if (_inlet.IsWaiting || _source.IsClosed || _inlet.IdleWakeUps > 0 || !DiskWorkers.NobodyWaits || !_lingering.IsDue())
        {
            return false;
        }

        bool isReady = _source.IsReady(Interop.POLLIN, LingerMilliseconds);
        _lingering.Tried(inVain: !isReady);
        _inlet.State = isReady ? PortState.Woken : PortState.Idle;
        return isReady;
    }

    /// <summary>Gives what is to be waited for to the loop, or to a timer.</summary>
    /// <returns>Whether all of it waits now; if not, the pump can go on, or is over.</returns>
    [SuppressMessage("Design", "CA1031", Justification = "As for a turn.")]
    private bool TryPark(Need need)
    {
        try
        {
            if (need == Need.Source && _inlet.State is PortState.Parked or PortState.Paused)
            {
                return true;
            }

            PrepareToWait(need);
            switch (need)
            {
                case Need.Pause:
                    int milliseconds = (int)Math.Min(Rate!.Pause().TotalMilliseconds + 1, EpollLoop.SweepMilliseconds);
                    _isHeldBack = true;
                    Pause(_inlet, milliseconds);
                    return true;

                case Need.Source:
                    return TryPark(_inlet, Interop.EPOLLIN);
            }

            foreach (Outlet outlet in _live)
            {
                if (outlet.State == PortState.Wanted && !TryPark(outlet, Interop.EPOLLOUT))
                {
                    return false;
                }
            }

            WatchLateness();
            return true;
        }
        catch (Exception e)
        {
            // It was disposed, or there is no descriptor, thread or memory left for a loop.
            FailUnexpectedly(e);
            return false;
        }
    }

    private bool TryPark(Port port, uint direction)
    {
        _atWork = port;
        if (port.IsCalledReadyInVain)
        {
            Pause(port, EpollLoop.SweepMilliseconds);
            return true;
        }

        // Before it is, since it may be over before the call is.
        port.State = PortState.Parked;
        bool isParked = false;
        try
        {
            _loop ??= EpollLoops.Of(_lowestDescriptor);
            Errno errno = _loop.Park(port, port.Side.Descriptor, direction);
            isParked = errno == Errno.None;
            if (errno == Errno.EPERM && port.Side.WaitsFirst)
            {
                port.Side.NeverWaits();
            }
            else if (errno == Errno.EPERM)
            {
                // Its call would have had it wait, and it cannot be waited for.
                Fail(port, Errno.EAGAIN, new ErrnoException(Errno.EAGAIN, port.Side.Call));
            }
            else if (!isParked)
            {
                Fail(port, errno, EpollLoops.Failure(errno, "epoll_ctl"));
            }

            return isParked;
        }
        finally
        {
            if (!isParked)
            {
                port.State = PortState.Idle;
            }
        }
    }

    /// <summary>Lets time pass: no more than it may take until a disposed end is noticed.</summary>
    private void Pause(Port port, int milliseconds)
    {
        port.State = PortState.Paused;
        _pause ??= new Timer(static state => ((Pump)state!).EndPause(), this, Timeout.Infinite, Timeout.Infinite);
        _pause.Change(milliseconds, Timeout.Infinite);
    }

    private void EndPause()
    {
        _pauseIsOver = true;
        Wake();
    }

    /// <summary>Has somebody look when the first of the destinations that are waited for may be late.</summary>
    private void WatchLateness()
    {
        if (_watchesLateness)
        {
            return;
        }

        long left = MillisecondsUntilLate();
        if (left != long.MaxValue)
        {
            _watchesLateness = true;
            _lateness ??= new Timer(static state => ((Pump)state!).LookForLateness(), this, Timeout.Infinite, Timeout.Infinite);
            _lateness.Change(left, Timeout.Infinite);
        }
    }

    private void LookForLateness()
    {
        _someMayBeLate = true;
        Wake();
    }

    private long MillisecondsUntilLate()
    {
        long least = long.MaxValue;
        foreach (Outlet outlet in _live)
        {
            if (outlet.HasLoad && outlet.Patience != Timeout.Infinite)
            {
                least = Math.Min(least, Math.Max(outlet.MillisecondsLeft, 0));
            }
        }

        return least;
    }

    /// <summary>What waits for its source keeps nothing that others could use meanwhile.</summary>
    private void PrepareToWait(Need need)
    {
        Array.ForEach(_live, static outlet => outlet.Rest());
        if (!Array.Exists(_live, static outlet => outlet.HasMemory))
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
        ReadOnlySpan<Port> ports = need == Need.Source ? new ReadOnlySpan<Port>(in _inlet) : _live;
        short events = need == Need.Source ? Interop.POLLIN : Interop.POLLOUT;
        Span<int> descriptors = stackalloc int[ports.Length];
        bool isInVain = false;
        for (int i = 0; i < ports.Length; i++)
        {
            bool isWaitedFor = need == Need.Source || ports[i].State == PortState.Wanted;
            descriptors[i] = isWaitedFor ? (int)ports[i].Side.Descriptor.DangerousGetHandle() : NoDescriptor;
            isInVain |= isWaitedFor && ports[i].IsCalledReadyInVain;
        }

        if (isInVain)
        {
            Interop.Poll([], 0, EpollLoop.SweepMilliseconds, out _);
        }

        // At least once: who seems to be late may have become ready while this thread waited for a disk.
        ulong ready;
        long left;
        do
        {
            left = IsOrphaned ? 0 : MillisecondsUntilLate();
            Errno errno = Interop.Poll(descriptors, events, (int)Math.Min(left, EpollLoop.SweepMilliseconds), out ready);
            if (errno is not (Errno.None or Errno.EINTR))
            {
                Fail(_atWork, errno, new ErrnoException(errno, "poll"));
                return;
            }
        }
        while (ready == 0 && left > 0);

        _someMayBeLate = true;
        for (int i = 0; i < ports.Length; i++)
        {
            ports[i].State = (ready & (1ul << i)) != 0 ? PortState.Woken : ports[i].State;
        }
    }
}
