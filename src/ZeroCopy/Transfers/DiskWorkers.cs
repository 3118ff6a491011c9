using System.Collections.Concurrent;

namespace ZeroCopy;

/// <summary>
/// Runs the pumps that wait for a disk on the thread pool: a turn each where others wait, so that these come in between, and no more at once than the
/// pool has threads without hesitation, so that a slow disk does not take them all. One that is stuck does not stop the others: when none has finished
/// its turn for a while, one more runs.
/// </summary>
internal sealed class DiskWorkers : IThreadPoolWorkItem
{
    /// <summary>How long a turn may take before it counts as stuck; the thread pool itself adds a thread after as long.</summary>
    private const int StuckMilliseconds = 500;

    private static readonly DiskWorkers _item = new();
    private static readonly ConcurrentQueue<Pump> _queue = new();
    private static readonly int _most = Math.Max(2, Environment.ProcessorCount);
    private static readonly Timer _watch = new(static _ => Watch());
    private static int _active;
    private static int _finished;
    private static int _finishedWhenWatched;
    private static int _isWatched;

    private DiskWorkers()
    {
    }

    /// <summary>Whether nobody waits for a thread of the pool, neither another pump nor other work, so that a turn may be followed by the next.</summary>
    public static bool NobodyWaits => _queue.IsEmpty && ThreadPool.PendingWorkItemCount == 0;

    public static void Enqueue(Pump pump)
    {
        _queue.Enqueue(pump);
        StartOne();
    }

    public void Execute()
    {
        if (_queue.TryDequeue(out Pump? pump))
        {
            pump.Run(mayBlock: true);
        }

        Interlocked.Increment(ref _finished);
        Interlocked.Decrement(ref _active);
        if (!_queue.IsEmpty)
        {
            StartOne();
        }
    }

    private static void StartOne()
    {
        if (Interlocked.Increment(ref _active) <= _most)
        {
            ThreadPool.UnsafeQueueUserWorkItem(_item, preferLocal: false);
            return;
        }

        Interlocked.Decrement(ref _active);
        if (Interlocked.Exchange(ref _isWatched, 1) == 0)
        {
            _finishedWhenWatched = Volatile.Read(ref _finished);
            _watch.Change(StuckMilliseconds, Timeout.Infinite);
        }
    }

    private static void Watch()
    {
        bool isStuck = _finishedWhenWatched == Volatile.Read(ref _finished);
        Volatile.Write(ref _isWatched, 0);
        if (_queue.IsEmpty)
        {
            return;
        }

        if (isStuck)
        {
            Interlocked.Increment(ref _active);
            ThreadPool.UnsafeQueueUserWorkItem(_item, preferLocal: false);
        }

        StartOne();
    }
}
