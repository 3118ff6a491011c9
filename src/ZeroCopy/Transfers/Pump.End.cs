using System.Diagnostics.CodeAnalysis;

namespace ZeroCopy;

/// <content>How it ends: well, with an error, or stopped; with every byte accounted for.</content>
internal sealed partial class Pump
{
    private volatile bool _isOver;
    private bool _wasStopped;
    private Exception? _cause;

    public bool IsOver => _isOver;

    /// <summary>Whether all that was to be moved has been, be that the whole source or as much of it as was asked for. Once it is over.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Whether it has moved the source to its end.</summary>
    public bool IsAtTheEnd => IsComplete && _hasEnded;

    /// <summary>What made it fail, or <see cref="Errno.None"/>. Once it is over.</summary>
    public Errno Error { get; private set; }

    /// <summary>Which side failed, or null.</summary>
    public TransferSide? FailedSide { get; private set; }

    /// <summary>Leaves all ends as they are to be afterwards, once it is over. On a thread where a user's code may run, and which may wait.</summary>
    public void Settle()
    {
        _source.Settle();
        Array.ForEach(_outlets, static outlet => outlet.Side.Settle());
    }

    public Need Fail(Port port, Errno errno)
    {
        if (port.Side.WasDisposed())
        {
            // The error is what became of the descriptor, or of another one that has its number now.
            return Fail(port, Errno.EBADF, new ObjectDisposedException(objectName: null, Disposed));
        }

        port.Side.Remember(errno);
        string? advice = errno == Errno.EFBIG ? "The file would be larger than this process (ulimit -f) or its file system may have it." : null;
        return Fail(port, errno, new ErrnoException(errno, port.Side.Call, advice));
    }

    public Need FailSource(Errno errno) => Fail(_inlet, errno);

    private Need Finish()
    {
        Side destination = _outlets[0].Side;
        if (_hasEnded && PassesEndOn && destination.IsSocket && destination.PassEndOn() is var fault and not Errno.None)
        {
            // With what is on the way to it.
            return Fail(_outlets[0], fault);
        }

        IsComplete = true;
        return End();
    }

    /// <summary>Ends it where it is, with what was read and not delivered put together.</summary>
    private Need Stop()
    {
        _wasStopped = _stopRequested;
        Array.ForEach(_live, static outlet => outlet.Stop());
        GiveBackUnreadable();
        return End();
    }

    /// <summary>What no destination, or not the one that counts, could have of a source file counts as not read.</summary>
    private void GiveBackUnreadable()
    {
        long lost = _live.Length == 0 ? 0 : _outlets[0].IsVital ? _outlets[0].Lost : _live.Min(static outlet => outlet.Lost);
        if (lost > 0)
        {
            _source.StepBack(lost);
            _read -= lost;
            _remaining += lost;
            _options.Counters?.AddRead(-lost);
        }
    }

    private Need Fail(Port port, Errno errno, Exception cause)
    {
        if (port is Outlet outlet)
        {
            outlet.Error = cause as ErrnoException ?? new ErrnoException(errno, outlet.Side.Call);
            if (!outlet.IsVital)
            {
                return Detach(outlet);
            }
        }

        Error = errno;
        FailedSide = port == _inlet ? TransferSide.Source : TransferSide.Destination;
        _cause = cause;
        return Stop();
    }

    /// <summary>Goes on without a destination that failed, as long as there are others.</summary>
    private Need Detach(Outlet outlet)
    {
        outlet.Stop();
        Unpark(outlet);
        _atWork = _inlet;
        _live = Array.FindAll(_live, live => live != outlet);
        return _live.Length == 0 ? Stop() : Need.Nothing;
    }

    private Need FailUnexpectedly(Exception error) =>
        FailUnexpectedly(_source.IsClosed ? _inlet : Array.Find(_live, static outlet => outlet.Side.IsClosed) ?? _atWork, error);

    /// <summary>Fails with whatever was thrown. That it fails must not fail, whatever happens: nobody is there to catch it.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Out of memory, or of descriptors to load an assembly from: the transfer then fails with that.")]
    private Need FailUnexpectedly(Port port, Exception error)
    {
        Errno errno = error switch
        {
            ErrnoException known => known.Errno,
            ObjectDisposedException => Errno.EBADF,
            OutOfMemoryException => Errno.ENOMEM,
            _ => Errno.EIO,
        };
        try
        {
            return Fail(port, errno, error);
        }
        catch (Exception e)
        {
            FailedSide = null;
            _cause = new AggregateException(error, e);
            _isOver = true;
            TransferMetrics.Remove(this, _fallback);
            return Need.Done;
        }
    }

    private Need End()
    {
        _isOver = true;
        Interlocked.MemoryBarrier();
        if (_watch is not null)
        {
            _loop!.TryTakeOut(_watch);
        }

        Unpark(_inlet);
        foreach (Outlet outlet in _live)
        {
            Unpark(outlet);
            outlet.End();
        }

        _statistics.BytesPerFill = _statistics.Fills == 0 ? 0 : _read / _statistics.Fills;
        _pause?.Dispose();
        _lateness?.Dispose();
        ReturnBuffer();
        TransferMetrics.Remove(this, Array.Find(_outlets, static outlet => outlet.Fallback != Errno.None)?.Fallback ?? _fallback);
        return Need.Done;
    }

    private void Unpark(Port port)
    {
        if (port.State == PortState.Parked)
        {
            _loop!.TryTakeOut(port);
        }
    }
}
