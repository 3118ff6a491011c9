using System.Diagnostics.CodeAnalysis;

namespace ZeroCopy;

/// <content>Where it runs: on the caller's thread, on a loop, or on the thread pool. What it waits for gives it the thread to go on.</content>
internal sealed partial class CopyPump : IThreadPoolWorkItem
{
    private const string Disposed = "An end was disposed while it was copied from or to.";

    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationToken _cancellationToken;
    private CancellationTokenRegistration _cancellation;
    private volatile bool _cancellationRequested;
    private bool _isSynchronous;

    public override bool IsOrphaned => _source.IsClosed || _destination.IsClosed;

    public override bool IsCancelled => _cancellationRequested;

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

        return Outcome();
    }

    /// <summary>Copies without a thread of its own: starts here, goes on where what it waits for happens.</summary>
    public async ValueTask<CopyResult> RunAsync(CancellationToken cancellationToken)
    {
        _cancellationToken = cancellationToken;
        _cancellation = cancellationToken.UnsafeRegister(static state => ((CopyPump)state!).RequestCancellation(), this);
        Run(mayBlock: false);

        // A user's code is not run before this returns.
        await _over.Task.ConfigureAwait(_progress is null ? ConfigureAwaitOptions.None : ConfigureAwaitOptions.ForceYielding);
        return Outcome();
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
                    _over.SetResult();
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

        Run(mayBlock: false);
    }

    [SuppressMessage("Design", "CA1031", Justification = "A loop must live on whatever happens to one of its pumps; the copy fails with it.")]
    private Need GuardedTurn(bool mayBlock)
    {
        if (_result is not null || _failure is not null)
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
            _failure ??= new AggregateException(error, e);
            return Need.Done;
        }
    }

    private void RequestCancellation()
    {
        // Either this sees the loop that the copy is parked on, or the copy sees this before it parks.
        _cancellationRequested = true;
        Interlocked.MemoryBarrier();
        if (_loop?.TryTakeOut(this) == true)
        {
            Run(mayBlock: false);
        }
    }
}
