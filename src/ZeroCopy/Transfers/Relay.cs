using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace ZeroCopy;

/// <summary>
/// Two pumps, and what the end of the one means for the other: the end of the input is passed on, and leaves the other one alone; a reader that broke, or
/// a limit, stops it; a writer that broke leaves it to deliver what that side had sent before.
/// </summary>
/// <remarks>The pumps tell of their end wherever they are, both at once perhaps. How the relay ended is what came first.</remarks>
[SuppressMessage("Design", "CA1001", Justification = "Its end disposes the timers.")]
internal sealed class Relay(Pump aToB, Pump bToA, RelayOptions options)
{
    private const RelayEnd Undecided = (RelayEnd)(-1);

    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILogger? _logger = options.LoggerFactory?.CreateLogger("ZeroCopy.Transfer");
    private readonly long _idleMilliseconds = Transfer.Milliseconds(options.IdleTimeout);
    private readonly long _drainMilliseconds = Transfer.Milliseconds(options.DrainTimeout);
    private Timer? _idle;
    private Timer? _drain;
    private RelayEnd _end = Undecided;
    private int _running = 2;

    public async Task<RelayResult> RunAsync(CancellationToken cancellationToken)
    {
        TransferTrace trace = TransferTrace.Begin(TransferKind.Relay);
        CancellationTokenRegistration cancellation = cancellationToken.UnsafeRegister(static state => ((Relay)state!).Stop(RelayEnd.Canceled), this);
        if (_idleMilliseconds != Timeout.Infinite)
        {
            _idle = new Timer(static state => ((Relay)state!).LookWhetherIdle(), this, _idleMilliseconds, Timeout.Infinite);
        }

        aToB.Start(() => OnEnd(aToB, bToA));
        bToA.Start(() => OnEnd(bToA, aToB));
        await _over.Task.ConfigureAwait(false);

        cancellation.Unregister();
        return Outcome(trace, cancellationToken);
    }

    private void OnEnd(Pump ended, Pump other)
    {
        if (ended.Error != Errno.None)
        {
            Decide(RelayEnd.Failed);
        }
        else if (ended.IsComplete && !ended.IsAtTheEnd)
        {
            Decide(RelayEnd.MaxBytes);
        }

        if (Interlocked.Decrement(ref _running) == 0)
        {
            Decide(RelayEnd.Completed);
            _over.SetResult();
        }
        else if (ended.IsAtTheEnd || ended.FailedSide == TransferSide.Destination)
        {
            // Nobody reads from there any more, or hears of it otherwise.
            other.WatchDestination();
            StartToDrain();
        }
        else
        {
            other.RequestStop();
        }
    }

    private void Decide(RelayEnd end) => Interlocked.CompareExchange(ref _end, end, Undecided);

    private void Stop(RelayEnd end)
    {
        Decide(end);
        aToB.RequestStop();
        bToA.RequestStop();
    }

    private void LookWhetherIdle()
    {
        long silent = Environment.TickCount64 - Math.Max(aToB.LastMoved, bToA.LastMoved);
        if (silent >= _idleMilliseconds)
        {
            Stop(RelayEnd.IdleTimeout);
        }
        else
        {
            _idle!.Change(_idleMilliseconds - silent, Timeout.Infinite);
        }
    }

    private void StartToDrain()
    {
        if (_drainMilliseconds == Timeout.Infinite)
        {
            return;
        }

        _drain = new Timer(static state => ((Relay)state!).Stop(RelayEnd.DrainTimeout), this, _drainMilliseconds, Timeout.Infinite);

        // Either this sees that it is over, or its end sees the timer.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _running) == 0)
        {
            _drain.Dispose();
        }
    }

    private RelayResult Outcome(TransferTrace trace, CancellationToken cancellationToken)
    {
        _idle?.Dispose();
        _drain?.Dispose();
        aToB.Settle();
        bToA.Settle();
        RelayEnd end = aToB.IsAtTheEnd && bToA.IsAtTheEnd ? RelayEnd.Completed : _end;
        RelayResult result = new(end, aToB.ToDirection(), bToA.ToDirection());
        Trace(trace, result);
        QuietLog.Write(_logger, result, static (logger, result) =>
            TransferLog.RelayEnded(logger, result.BytesAToB, result.BytesBToA, result.End, result.AToB.Error, result.BToA.Error));
        return result.End == RelayEnd.Canceled ? throw new TransferCanceledException(result, cancellationToken) : result;
    }

    private static void Trace(TransferTrace trace, RelayResult result)
    {
        TransferOutcome outcome = result.End switch
        {
            RelayEnd.Completed or RelayEnd.MaxBytes => TransferOutcome.Completed,
            RelayEnd.IdleTimeout or RelayEnd.DrainTimeout => TransferOutcome.TimedOut,
            RelayEnd.Canceled => TransferOutcome.Cancelled,
            _ => TransferOutcome.Failed,
        };
        trace.End(
            outcome,
            result.AToB.Error == Errno.None ? result.BToA.Error : result.AToB.Error,
            result.AToB.BytesRead + result.BToA.BytesRead,
            result.AToB.BytesWritten + result.BToA.BytesWritten,
            result.AToB.Path | result.BToA.Path);
    }
}
