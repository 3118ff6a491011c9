using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

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

    /// <summary>What a relay tells of it.</summary>
    public RelayDirection ToDirection()
    {
        Outlet destination = _outlets[0];
        return new(_read, destination.Written, Error, FailedSide, destination.Undelivered, PathTo(destination), FallbackTo(destination), _statistics)
        {
            Tap = _outlets.Length > 1 ? ToSink(_outlets[1]) : null,
        };
    }

    /// <summary>What came of it as a copy. On a thread where a user's code may run.</summary>
    public CopyResult ToCopy(TransferTrace trace, CancellationToken cancellationToken)
    {
        Settle();
        Outlet destination = _outlets[0];
        _progress?.ReportLast(destination.Written);
        CopyProgress progress = new(_read, destination.Written, destination.Undelivered, _options.Clone());
        progress.Resume.Prefix = destination.Undelivered;
        progress.Resume.Length = _remaining;
        progress.Resume.SourceOffset += _read;
        progress.Resume.DestinationOffset += destination.Written;
        string moved = $"{_read} bytes were read and {destination.Written} written.";
        Exception? failure = IsComplete ? null
            : _cause is null ? new TransferCanceledException($"The copy was cancelled after {moved}", progress, cancellationToken)
            : FailedSide is TransferSide side ? new TransferException(
                $"The copy failed at its {(side == TransferSide.Source ? "source" : "destination")} after {moved} {_cause.Message}", Error, side, progress, _cause)
            : _cause;
        Trace(trace);
        QuietLog.Write(_logger, failure, Log);
        return failure is null ? new CopyResult(_read, PathTo(destination), FallbackTo(destination), _statistics) : throw failure;
    }

    /// <summary>What came of it as a fan-out. On a thread where a user's code may run.</summary>
    public FanOutResult ToFanOut(TransferTrace trace, CancellationToken cancellationToken)
    {
        Settle();
        Errno sourceError = FailedSide == TransferSide.Source ? Error : Errno.None;
        FanOutResult result = new(IsComplete, _read, sourceError, Array.ConvertAll(_outlets, ToSink), _statistics);
        QuietLog.Write(_logger, result, static (logger, result) =>
            FanOutLog.Ended(logger, result.BytesRead, result.Sinks.Count, result.Sinks.Count(sink => sink.Error is not null), result.SourceError));

        Trace(trace);

        // What has no side is no fault of a peer.
        return _cause is not null && FailedSide is null ? throw _cause
            : _wasStopped ? throw new TransferCanceledException(result, cancellationToken)
            : result;
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

    private void Trace(TransferTrace trace)
    {
        long written = 0;
        TransferPath path = _path;
        foreach (Outlet outlet in _outlets)
        {
            written += outlet.Written;
            path |= outlet.Path;
        }

        trace.End(Outcome, Error, _read, written, path);
    }

    private TransferOutcome Outcome => IsComplete ? TransferOutcome.Completed
        : _wasStopped && _cause is null ? TransferOutcome.Cancelled
        : TransferOutcome.Failed;

    private SinkResult ToSink(Outlet outlet) => new(outlet.Written, outlet.Error, outlet.Undelivered, PathTo(outlet), FallbackTo(outlet));

    private TransferPath PathTo(Outlet outlet) => _path | outlet.Path;

    private Errno FallbackTo(Outlet outlet) => outlet.Fallback == Errno.None ? _fallback : outlet.Fallback;

    private void Log(ILogger logger, Exception? failure)
    {
        Outlet destination = _outlets[0];
        if (failure is null)
        {
            CopyLog.Completed(logger, _read, PathTo(destination), FallbackTo(destination));
        }
        else
        {
            CopyLog.Failed(logger, failure, _read, destination.Written, PathTo(destination), FallbackTo(destination));
        }
    }

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
