using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace ZeroCopy;

/// <content>How it ends: well, with an error, or cancelled; with every byte accounted for.</content>
internal sealed partial class CopyPump
{
    private CopyResult? _result;
    private Exception? _failure;

    /// <summary>What came of it, once it is over. On a thread where a user's code may run.</summary>
    private CopyResult Outcome()
    {
        _source.Settle();
        _destination.Settle();
        _progress?.ReportLast(_written);
        if (_logger is not null)
        {
            Log(_logger);
        }

        return _result ?? throw _failure!;
    }

    [SuppressMessage("Design", "CA1031", Justification = "A logger that throws must not hide what came of the copy.")]
    private void Log(ILogger logger)
    {
        try
        {
            if (_result is not null)
            {
                CopyLog.Completed(logger, _read, _path, _fallback);
            }
            else
            {
                CopyLog.Failed(logger, _failure!, _read, _written, _path, _fallback);
            }
        }
        catch (Exception)
        {
            // There is nowhere else to say so.
        }
    }

    private Need Finish()
    {
        _statistics.BytesPerFill = _statistics.Fills == 0 ? 0 : _read / _statistics.Fills;
        _result = new CopyResult(_read, _path, _fallback, _statistics);
        return End();
    }

    private Need Cancel()
    {
        CopyProgress progress = Stop();
        _failure = new TransferCanceledException(
            $"The copy was cancelled after {progress.BytesRead} bytes were read and {progress.BytesWritten} written.", progress, _cancellationToken);
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
        CopyProgress progress = Stop();
        string end = side == _source ? "source" : "destination";
        _failure = new TransferException(
            $"The copy failed at its {end} after {progress.BytesRead} bytes were read and {progress.BytesWritten} written. {cause.Message}",
            errno,
            side == _source ? TransferSide.Source : TransferSide.Destination,
            progress,
            cause);
        return End();
    }

    /// <summary>Takes what was read and not delivered out of the pipe.</summary>
    private CopyProgress Stop()
    {
        byte[] undelivered = TakeUndelivered();
        CopyOptions resume = _options.Clone();
        resume.Prefix = undelivered;
        resume.Length = _remaining;
        resume.SourceOffset += _read;
        resume.DestinationOffset += _written;
        return new CopyProgress(_read, _written, undelivered, resume);
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
        _ahead = default;
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
