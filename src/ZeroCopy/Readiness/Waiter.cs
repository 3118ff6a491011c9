using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;

namespace ZeroCopy;

/// <summary>
/// One wait, and the awaitable for it: used again and again. It belongs to its loop's table until somebody takes it out there, under the loop's lock:
/// the event, the cancellation or the sweep. Who took it out completes it, and nobody else.
/// </summary>
internal sealed class Waiter(EpollLoop loop) : IValueTaskSource
{
    // Not a continuation on the loop's thread, whatever the awaiting code does.
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancellation;

    /// <summary>What is waited for, while in the table: the sweep looks whether it was closed. No reference to the descriptor is held.</summary>
    public SafeHandle? Handle { get; set; }

    /// <summary>Where it is in the table, or null.</summary>
    public Registration? Registration { get; set; }

    public uint Direction { get; set; }

    /// <summary>The next in a list: of waits for the same thing, of waits to be completed, or of waiters to be used again.</summary>
    public Waiter? Next { get; set; }

    public ValueTask Task => new(this, _core.Version);

    /// <summary>To be called once the waiter is in the table, and not under its lock: it may be cancelled already.</summary>
    public void CancelBy(CancellationToken token) =>
        _cancellation = token.UnsafeRegister(static (state, token) => ((Waiter)state!).Cancel(token), this);

    /// <summary>Completes it, well or with an error.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A synchronization context that refuses the continuation must not take the loop with it.")]
    public void Complete(Exception? error = null)
    {
        try
        {
            if (error is null)
            {
                _core.SetResult(true);
            }
            else
            {
                _core.SetException(error);
            }
        }
        catch (Exception)
        {
            // The continuation could not be posted to where its awaiter wants to run, and nobody else can run it.
        }
    }

    public void GetResult(short token)
    {
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending)
        {
            throw new InvalidOperationException("The wait is not over: await it, once.");
        }

        // After this, no cancellation can find a waiter that is used for something else by then.
        _cancellation.Dispose();
        try
        {
            _core.GetResult(token);
        }
        finally
        {
            _cancellation = default;
            _core.Reset();
            loop.Recycle(this);
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Cancel(CancellationToken token)
    {
        if (loop.TryTakeOut(this))
        {
            Complete(new OperationCanceledException(token));
        }
    }
}
