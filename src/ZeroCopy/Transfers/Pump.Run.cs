using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace ZeroCopy;

/// <content>Where it runs: on the caller's thread, on a loop, or on the thread pool. What it waits for gives it the thread to go on.</content>
internal sealed partial class Pump : IThreadPoolWorkItem
{
    private Action? _whenOver;
    private CancellationTokenRegistration _cancellation;
    private volatile bool _stopRequested;
    private bool _isSynchronous;

    /// <summary>How often it was woken since it slept: above 0, somebody has it. At first, it is who has made it.</summary>
    private int _wakeUps = 1;

    /// <summary>Whether an end was closed, which no event tells. Asked by a loop too.</summary>
    public bool IsOrphaned => _source.IsClosed || Array.Exists(_live, static outlet => outlet.Side.IsClosed);

    /// <summary>Works on this thread, which waits where it must.</summary>
    public void RunToEnd()
    {
        _isSynchronous = true;
        TransferMetrics.Add(this);
        Need need;
        while ((need = GuardedTurn(mayBlock: true)) != Need.Done)
        {
            if (need is Need.Source or Need.Destination)
            {
                PrepareToWait(need);
                WaitHere(need);
            }
        }
    }

    /// <summary>Works without a thread of its own.</summary>
    public ConfiguredTaskAwaitable RunAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _cancellation = cancellationToken.UnsafeRegister(static state => ((Pump)state!).RequestStop(), this);
        Start(over.SetResult);

        // A user's code is not run before who awaits this has returned.
        return over.Task.ConfigureAwait(_progress is null ? ConfigureAwaitOptions.None : ConfigureAwaitOptions.ForceYielding);
    }

    /// <summary>Starts here, and goes on where what it waits for happens.</summary>
    /// <param name="whenOver">Is called where it ends, which may be here or a loop: it must not block, run a user's code or throw.</param>
    public void Start(Action whenOver)
    {
        _whenOver = whenOver;
        TransferMetrics.Add(this);
        Run(mayBlock: false);
    }

    /// <summary>Ends it after the step that it is in.</summary>
    public void RequestStop()
    {
        _stopRequested = true;
        Wake();
    }

    /// <summary>Has it go on after a wait for one of its ends. On a loop, most often.</summary>
    public void WakeAfterWait(Port port)
    {
        if (port == _inlet)
        {
            _loop!.NoteWork(_pipes.LastFill);
        }

        if (MovesLittle)
        {
            _loop!.NoteHurry(_inlet);
        }

        Wake();
    }

    /// <summary>Takes turns until it sleeps, is handed to a worker, or is over. The caller has the pump, and has it no more afterwards.</summary>
    public void Run(bool mayBlock)
    {
        while (true)
        {
            int wakeUps = Volatile.Read(ref _wakeUps);
            Need need = GuardedTurn(mayBlock);
            switch (need)
            {
                case Need.Done:
                    _cancellation.Unregister();
                    _whenOver!();
                    return;

                case Need.Nothing:
                    break;

                // To queue it again would wake another thread, for nothing: that was a fifth of what a file to a socket takes.
                case Need.Worker when mayBlock && DiskWorkers.NobodyWaits:
                    break;

                case Need.Worker when _atWork.Side.Kind == EndpointKind.File:
                    DiskWorkers.Enqueue(this);
                    return;

                case Need.Worker:
                    ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                    return;

                case Need.Source when mayBlock && TryLinger():
                    break;

                default:
                    if (TryPark(need) && Interlocked.Add(ref _wakeUps, -wakeUps) == 0)
                    {
                        return;
                    }

                    break;
            }
        }
    }

    public void Execute() => Run(mayBlock: true);

    private void Wake()
    {
        if (Interlocked.Increment(ref _wakeUps) == 1)
        {
            Run(mayBlock: false);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "A loop must live on whatever happens to one of its pumps; the transfer fails with it.")]
    private Need GuardedTurn(bool mayBlock)
    {
        if (_isOver)
        {
            return Need.Done;
        }

        try
        {
            return Attend() == Need.Done ? Need.Done : Turn(mayBlock);
        }
        catch (Exception e)
        {
            return FailUnexpectedly(e);
        }
    }
}
