using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace ZeroCopy;

/// <content>How it ends: well, with an error, or stopped; with every byte accounted for.</content>
internal sealed partial class CopyPump
{
    private volatile bool _isOver;
    private byte[] _undelivered = [];
    private Side? _failed;
    private Exception? _cause;

    public bool IsOver => _isOver;

    /// <summary>Whether all that was to be copied has been, be that the whole source or as much of it as was asked for. Once it is over.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Whether it has copied the source to its end.</summary>
    public bool IsAtTheEnd => IsComplete && _hasEnded;

    /// <summary>What made it fail, or <see cref="Errno.None"/>. Once it is over.</summary>
    public Errno Error { get; private set; }

    /// <summary>Which side failed, or null.</summary>
    public TransferSide? FailedSide => _failed is null ? null : _failed == _source ? TransferSide.Source : TransferSide.Destination;

    /// <summary>Leaves both ends as they are to be afterwards, once it is over. On a thread where a user's code may run, and which may wait.</summary>
    public void Settle()
    {
        _source.Settle();
        _destination.Settle();
    }

    /// <summary>What a relay tells of it.</summary>
    public RelayDirection ToDirection() => new(_read, _written, Error, FailedSide, _undelivered, _path, _fallback, _statistics);

    /// <summary>What came of it as a copy. On a thread where a user's code may run.</summary>
    private CopyResult Outcome(CancellationToken cancellationToken)
    {
        Settle();
        _progress?.ReportLast(_written);
        CopyProgress progress = new(_read, _written, _undelivered, _options.Clone());
        progress.Resume.Prefix = _undelivered;
        progress.Resume.Length = _remaining;
        progress.Resume.SourceOffset += _read;
        progress.Resume.DestinationOffset += _written;
        string moved = $"{_read} bytes were read and {_written} written.";
        Exception? failure = IsComplete ? null
            : _cause is null ? new TransferCanceledException($"The copy was cancelled after {moved}", progress, cancellationToken)
            : FailedSide is TransferSide side ? new TransferException(
                $"The copy failed at its {(side == TransferSide.Source ? "source" : "destination")} after {moved} {_cause.Message}", Error, side, progress, _cause)
            : _cause;
        if (_logger is not null)
        {
            Log(_logger, failure);
        }

        return failure is null ? new CopyResult(_read, _path, _fallback, _statistics) : throw failure;
    }

    [SuppressMessage("Design", "CA1031", Justification = "A logger that throws must not hide what came of the copy.")]
    private void Log(ILogger logger, Exception? failure)
    {
        try
        {
            if (failure is null)
            {
                CopyLog.Completed(logger, _read, _path, _fallback);
            }
            else
            {
                CopyLog.Failed(logger, failure, _read, _written, _path, _fallback);
            }
        }
        catch (Exception)
        {
            // There is nowhere else to say so.
        }
    }

    private Need Finish()
    {
        if (_hasEnded && PassesEndOn && _destination.IsSocket && Interop.ShutdownWrite(_destination.Handle) != Errno.None
            && Interop.TakeSocketError(_destination.Handle, out Errno fault) == Errno.None && fault != Errno.None)
        {
            // It was reset, with what is on the way to it. Without a fault it had ended both ways before.
            return Fail(_destination, fault, new ErrnoException(fault, "shutdown"));
        }

        IsComplete = true;
        return End();
    }

    /// <summary>Ends it where it is, with what was read and not delivered taken out of the pipe.</summary>
    private Need Stop()
    {
        _undelivered = TakeUndelivered();
        return End();
    }

    private Need Fail(Side side, Errno errno)
    {
        if (IsOrphaned)
        {
            // The error is what became of the descriptor, or of another one that has its number now.
            return FailUnexpectedly(new ObjectDisposedException(objectName: null, Disposed));
        }

        if (side.IsSocket)
        {
            SocketFaults.Remember(side.Handle, errno);
        }

        return Fail(side, errno, new ErrnoException(errno, side.Call));
    }

    private Need Fail(Side side, Errno errno, Exception cause)
    {
        _failed = side;
        Error = errno;
        _cause = cause;
        return Stop();
    }

    /// <summary>Fails the copy with whatever was thrown. That it fails must not fail, whatever happens: nobody is there to catch it.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Out of memory, or of descriptors to load an assembly from: the copy then fails with that.")]
    private Need FailUnexpectedly(Exception error)
    {
        Side side = _source.IsClosed ? _source : _destination.IsClosed ? _destination : _atWork;
        Errno errno = error switch
        {
            ErrnoException known => known.Errno,
            ObjectDisposedException => Errno.EBADF,
            OutOfMemoryException => Errno.ENOMEM,
            _ => Errno.EIO,
        };
        try
        {
            return Fail(side, errno, error);
        }
        catch (Exception e)
        {
            _failed = null;
            _cause = new AggregateException(error, e);
            _isOver = true;
            return Need.Done;
        }
    }

    /// <summary>All that is between the source and the destination, in its order.</summary>
    private byte[] TakeUndelivered()
    {
        byte[] fromPipe = new byte[_inPipe];
        int taken = 0;
        while (_inPipe > 0)
        {
            if (Interop.Read(_pipe!.ReadHandle, fromPipe.AsSpan(taken), null, out long count) != Errno.None || count == 0)
            {
                LoseUnreadable();
                break;
            }

            taken += (int)count;
            _inPipe -= count;
        }

        ReadOnlySpan<byte> pipe = fromPipe.AsSpan(0, taken);
        return _pipeIsFirst ? [.. pipe, .. _ahead.Span] : [.. _ahead.Span, .. pipe];
    }

    private Need End()
    {
        _isOver = true;
        _ahead = default;
        StopWatching();
        _statistics.BytesPerFill = _statistics.Fills == 0 ? 0 : _read / _statistics.Fills;
        _pause?.Dispose();
        ReturnPipe(isEmpty: true);
        ReturnBuffer();
        return Need.Done;
    }

    private void ReturnPipe(bool isEmpty)
    {
        if (_pipe is Pipe pipe)
        {
            _pipe = null;
            _pipes.Return(pipe, isEmpty);
        }
    }

    private void ReturnBuffer()
    {
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
        }
    }
}
