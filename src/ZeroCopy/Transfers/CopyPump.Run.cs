using System.Diagnostics.CodeAnalysis;

namespace ZeroCopy;

/// <content>Where it runs: on the caller's thread, on a loop, or on the thread pool. What it waits for gives it the thread to go on.</content>
internal sealed partial class CopyPump : IThreadPoolWorkItem
{
    private const string Disposed = "An end was disposed while it was copied from or to.";

    private Action? _whenOver;
    private CancellationTokenRegistration _cancellation;
    private volatile bool _stopRequested;
    private volatile bool _destinationIsSuspect;
    private bool _isSynchronous;

    public override bool IsOrphaned => _source.IsClosed || _destination.IsClosed;

    public override bool IsCancelled => _stopRequested || _destinationIsSuspect;

    /// <summary>Copies on this thread, which waits where it must.</summary>
    public CopyResult RunToEnd()
    {
        _isSynchronous = true;
        Need need;
        while ((need = GuardedTurn(mayBlock: true)) != Need.Done)
        {
            if (need is Need.Source or Need.Destination)
            {
                PrepareToWait(need);
                WaitHere(need);
            }
        }

        return Outcome(CancellationToken.None);
    }

    /// <summary>Copies without a thread of its own.</summary>
    public async ValueTask<CopyResult> RunAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _cancellation = cancellationToken.UnsafeRegister(static state => ((CopyPump)state!).RequestStop(), this);
        Start(over.SetResult);

        // A user's code is not run before this returns.
        await over.Task.ConfigureAwait(_progress is null ? ConfigureAwaitOptions.None : ConfigureAwaitOptions.ForceYielding);
        return Outcome(cancellationToken);
    }

    /// <summary>Starts here, and goes on where what it waits for happens.</summary>
    /// <param name="whenOver">Is called where it ends, which may be here or a loop: it must not block, run a user's code or throw.</param>
    public void Start(Action whenOver)
    {
        _whenOver = whenOver;
        Run(mayBlock: false);
    }

    /// <summary>Ends it after the step that it is in.</summary>
    public void RequestStop()
    {
        _stopRequested = true;
        WakeUp();
    }

    /// <summary>Has it look whether its destination is broken.</summary>
    public void SuspectDestination()
    {
        _destinationIsSuspect = true;
        WakeUp();
    }

    /// <summary>Takes turns until it is parked, handed to a worker, or over. The caller has the pump, and has it no more afterwards.</summary>
    public void Run(bool mayBlock)
    {
        while (true)
        {
            Need need = GuardedTurn(mayBlock);
            switch (need)
            {
                case Need.Done:
                    _cancellation.Unregister();
                    _whenOver!();
                    return;

                // To queue it again would wake another thread, for nothing: that was a fifth of what a file to a socket takes.
                case Need.Worker when mayBlock && DiskWorkers.NobodyWaits:
                    break;

                case Need.Worker when _atWork.Kind == SideKind.File:
                    DiskWorkers.Enqueue(this);
                    return;

                case Need.Worker:
                    ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                    return;

                case Need.Source when mayBlock && TryLinger():
                    break;

                default:
                    if (TryPark(need))
                    {
                        return;
                    }

                    break;
            }
        }
    }

    public void Execute() => Run(mayBlock: true);

    public override void Complete(Exception? error)
    {
        if (error is not null)
        {
            FailUnexpectedly(error);
        }

        if (_pipes.IsLight)
        {
            _loop!.NoteHurry(this);
        }

        Run(mayBlock: false);
    }

    [SuppressMessage("Design", "CA1031", Justification = "A loop must live on whatever happens to one of its pumps; the copy fails with it.")]
    private Need GuardedTurn(bool mayBlock)
    {
        if (_isOver)
        {
            return Need.Done;
        }

        try
        {
            ThrowIfOrphaned();
            return Turn(mayBlock);
        }
        catch (Exception e)
        {
            return FailUnexpectedly(e);
        }
    }

    private void ThrowIfOrphaned()
    {
        if (IsOrphaned)
        {
            throw new ObjectDisposedException(objectName: null, Disposed);
        }
    }

    /// <summary>Runs it here if it is parked. If not, it sees what it is woken for before it parks.</summary>
    private void WakeUp()
    {
        Interlocked.MemoryBarrier();
        if (_loop?.TryTakeOut(this) == true)
        {
            Run(mayBlock: false);
        }
    }
}
