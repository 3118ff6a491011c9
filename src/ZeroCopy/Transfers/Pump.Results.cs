using Microsoft.Extensions.Logging;

namespace ZeroCopy;

/// <content>What it tells once it is over: to who asked for it, to the log, and to who counts and traces.</content>
internal sealed partial class Pump
{
    private TransferOutcome Outcome => IsComplete ? TransferOutcome.Completed
        : _wasStopped && _cause is null ? TransferOutcome.Cancelled
        : TransferOutcome.Failed;

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
            TransferLog.FanOutEnded(logger, result.BytesRead, result.Sinks.Count, result.Sinks.Count(sink => sink.Error is not null), result.SourceError));

        Trace(trace);

        // What has no side is no fault of a peer.
        return _cause is not null && FailedSide is null ? throw _cause
            : _wasStopped ? throw new TransferCanceledException(result, cancellationToken)
            : result;
    }

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

    private SinkResult ToSink(Outlet outlet) => new(outlet.Written, outlet.Error, outlet.Undelivered, PathTo(outlet), FallbackTo(outlet));

    private TransferPath PathTo(Outlet outlet) => _path | outlet.Path;

    private Errno FallbackTo(Outlet outlet) => outlet.Fallback == Errno.None ? _fallback : outlet.Fallback;

    private void Log(ILogger logger, Exception? failure)
    {
        Outlet destination = _outlets[0];
        if (failure is null)
        {
            TransferLog.CopyCompleted(logger, _read, PathTo(destination), FallbackTo(destination));
        }
        else
        {
            TransferLog.CopyFailed(logger, failure, _read, destination.Written, PathTo(destination), FallbackTo(destination));
        }
    }
}
