using System.Diagnostics.CodeAnalysis;

namespace ZeroCopy;

/// <content>Where it runs: on the caller's thread, on a loop, or on the thread pool. What it waits for gives it the thread to go on.</content>
internal sealed partial class CopyPump : IThreadPoolWorkItem
{
    private const int NoDescriptor = -1;

    private const string Disposed = "An end was disposed while it was copied from or to.";

    /// <summary>The least that poll can wait, and many times what a sender at full speed takes for the next bytes.</summary>
    private const int LingerMilliseconds = 1;

    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private EpollLoop? _loop;
    private CancellationToken _cancellationToken;
    private CancellationTokenRegistration _cancellation;
    private volatile bool _cancellationRequested;
    private bool _isSynchronous;
    private Timer? _pause;
    private Backoff _lingering;

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

    /// <summary>
    /// Waits here, for a moment, for the source of a copy that goes to a disk. What comes in at full speed would otherwise change threads for each pipe full, be
    /// late for the next, and find its bytes gone from the processor's cache: that took half as much again.
    /// </summary>
    private bool TryLinger()
    {
        if (_source.IsClosed || _idleWakeUps > 0 || !DiskWorkers.AreFree || !_lingering.IsDue())
        {
            return false;
        }

        Interop.Poll((int)_source.Descriptor.DangerousGetHandle(), Interop.POLLIN, LingerMilliseconds, out bool isReady);
        _lingering.Tried(inVain: !isReady);
        _wokenFor = isReady ? Need.Source : Need.Nothing;
        return isReady;
    }

    /// <summary>Gives the pump to the loop, or to a timer, where what is called ready is not, time after time, as with errors that nobody can take.</summary>
    /// <returns>Whether it waits now, and belongs to the loop; if not, it can go on, or is over.</returns>
    [SuppressMessage("Design", "CA1031", Justification = "As for a turn.")]
    private bool TryPark(Need need)
    {
        Side side = need == Need.Source ? _source : _destination;
        try
        {
            PrepareToWait(need);
            _wokenFor = need;
            if (_idleWakeUps >= 2 * MostIdleWakeUps)
            {
                _pause ??= new Timer(static state => ((CopyPump)state!).Run(mayBlock: false), this, Timeout.Infinite, Timeout.Infinite);
                _pause.Change(EpollLoop.SweepMilliseconds, Timeout.Infinite);
                return true;
            }

            _loop ??= EpollLoops.Of((int)_source.Handle.DangerousGetHandle(), (int)_destination.Handle.DangerousGetHandle());
            Errno errno = _loop.Park(this, side.Descriptor, need == Need.Source ? Interop.EPOLLIN : Interop.EPOLLOUT);
            switch (errno)
            {
                case Errno.None:
                    return true;

                case Errno.EPERM when side.WaitsFirst:
                    side.NeverWaits();
                    return false;

                case Errno.ECANCELED:
                    return false;

                default:
                    Fail(side, errno == Errno.EPERM ? Errno.EAGAIN : errno, new ErrnoException(errno, "epoll_ctl"));
                    return false;
            }
        }
        catch (Exception e)
        {
            // It was disposed, or there is no descriptor, thread or memory left for a loop.
            FailUnexpectedly(e);
            return false;
        }
    }

    /// <summary>What waits for its source keeps nothing that others could use meanwhile.</summary>
    private void PrepareToWait(Need need)
    {
        if (_inPipe == 0)
        {
            ReturnPipe(isEmpty: true);
        }

        if (_ahead.IsEmpty)
        {
            ReturnBuffer();
        }

        if (need == Need.Source)
        {
            _statistics.SourceWaits++;
        }
        else
        {
            _statistics.DestinationWaits++;
        }
    }

    /// <summary>Waits with poll, and looks from time to time whether somebody closed a handle, which poll does not tell.</summary>
    private void WaitHere(Need need)
    {
        Side side = need == Need.Source ? _source : _destination;
        int fd = (int)side.Descriptor.DangerousGetHandle();
        short events = need == Need.Source ? Interop.POLLIN : Interop.POLLOUT;
        if (_idleWakeUps >= 2 * MostIdleWakeUps)
        {
            Interop.Poll(NoDescriptor, 0, EpollLoop.SweepMilliseconds, out _);
        }

        bool isReady = false;
        while (!isReady && !IsOrphaned)
        {
            Errno errno = Interop.Poll(fd, events, EpollLoop.SweepMilliseconds, out isReady);
            if (errno is not (Errno.None or Errno.EINTR))
            {
                Fail(side, errno, new ErrnoException(errno, "poll"));
                return;
            }
        }

        _wokenFor = need;
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
