using System.Diagnostics.CodeAnalysis;

namespace ZeroCopy;

/// <content>What may have happened beside the flow of bytes while others had the pump, or nobody.</content>
internal sealed partial class Pump
{
    private const string Disposed = "An end was disposed while it was copied from or to.";

    private volatile BreakWatch? _watch;
    private volatile bool _destinationIsSuspect;
    private volatile bool _pauseIsOver;
    private volatile bool _someMayBeLate;

    /// <summary>Has it notice that its first destination breaks while it waits for its source.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever is wrong with the destination, the next write says so too.")]
    public void WatchDestination()
    {
        Side destination = _outlets[0].Side;
        if (!destination.IsSocket)
        {
            return;
        }

        try
        {
            // Either the loop sees that it is over, or its end sees the watch.
            EpollLoop loop = _loop ??= EpollLoops.Of(_lowestDescriptor);
            _watch = new BreakWatch(this);
            loop.Park(_watch, destination.Descriptor, Interop.EPOLLERR);
        }
        catch (Exception)
        {
            // There is nothing to watch.
        }
    }

    /// <summary>Has it look whether its first destination is broken.</summary>
    public void SuspectDestination()
    {
        _destinationIsSuspect = true;
        Wake();
    }

    private Need Attend()
    {
        if (IsOrphaned && FailClosed() == Need.Done)
        {
            return Need.Done;
        }

        if (_pauseIsOver)
        {
            _pauseIsOver = false;
            if (_isHeldBack)
            {
                Volatile.Write(ref _lastMoved, Environment.TickCount64);
                _isHeldBack = false;
            }

            EndPause(_inlet);
            Array.ForEach(_live, EndPause);
        }

        if (_destinationIsSuspect)
        {
            _destinationIsSuspect = false;
            Outlet suspect = _outlets[0];
            if (suspect.Side.TakeFault("getsockopt") is var fault and not Errno.None)
            {
                return Fail(suspect, fault);
            }
        }

        if (_someMayBeLate)
        {
            _someMayBeLate = _watchesLateness = false;
            if (DetachLate() == Need.Done)
            {
                return Need.Done;
            }
        }

        return FailFaulted();
    }

    private static void EndPause(Port port)
    {
        if (port.State == PortState.Paused)
        {
            port.State = port.IsCalledReadyInVain ? PortState.Woken : PortState.Idle;
        }
    }

    private Need FailClosed()
    {
        if (_source.IsClosed)
        {
            return Fail(_inlet, Errno.EBADF);
        }

        foreach (Outlet outlet in _live)
        {
            if (outlet.Side.IsClosed && Fail(outlet, Errno.EBADF) == Need.Done)
            {
                return Need.Done;
            }
        }

        return Need.Nothing;
    }

    private Need DetachLate()
    {
        foreach (Outlet outlet in _live)
        {
            if (outlet.IsLate && !IsReady(outlet) && FailLate(outlet) == Need.Done)
            {
                return Need.Done;
            }
        }

        return Need.Nothing;
    }

    private Need FailLate(Outlet outlet) =>
        Fail(outlet, Errno.ETIMEDOUT, new ErrnoException(Errno.ETIMEDOUT, outlet.Side.Call, "It took no byte for as long as it may."));

    /// <summary>
    /// Whether a destination would take bytes now. Then it is this pump that is late, which had to wait for a disk or for a thread, and is told in a moment
    /// that the destination is ready.
    /// </summary>
    private static bool IsReady(Outlet outlet) => !outlet.IsCalledReadyInVain && outlet.Side.IsReady(Interop.POLLOUT, timeout: 0);

    /// <summary>A loop that broke tells those who wait there.</summary>
    private Need FailFaulted()
    {
        if (_inlet.TakeFault() is Exception fault)
        {
            return FailUnexpectedly(_inlet, fault);
        }

        foreach (Outlet outlet in _live)
        {
            if (outlet.TakeFault() is Exception error && FailUnexpectedly(outlet, error) == Need.Done)
            {
                return Need.Done;
            }
        }

        return Need.Nothing;
    }
}
