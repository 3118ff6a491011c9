using System.Diagnostics.CodeAnalysis;
using System.Threading.Tasks.Sources;

namespace ZeroCopy;

/// <summary>A wait that somebody awaits: used again and again.</summary>
internal sealed class TaskWaiter(EpollLoop loop) : Waiter, IValueTaskSource
{
    // Not a continuation on the loop's thread, whatever the awaiting code does.
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancellation;

    public ValueTask Task => new(this, _core.Version);

    /// <summary>To be called once the waiter is in the table, and not under its lock: it may be cancelled already.</summary>
    public void CancelBy(CancellationToken token) =>
        _cancellation = token.UnsafeRegister(static (state, token) => ((TaskWaiter)state!).Cancel(token), this);

    [SuppressMessage("Design", "CA1031", Justification = "A synchronization context that refuses the continuation must not take the loop with it.")]
    public override void Complete(Exception? error)
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
