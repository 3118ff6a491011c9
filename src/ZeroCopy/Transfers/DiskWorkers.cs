using System.Collections.Concurrent;

namespace ZeroCopy;

/// <summary>
/// Runs the pumps that wait for a disk, a turn each, on threads of the pool. No more of them at once than the pool has without hesitation, so that a slow
/// disk does not take all threads from the rest of the program.
/// </summary>
internal sealed class DiskWorkers : IThreadPoolWorkItem
{
    private static readonly DiskWorkers _item = new();
    private static readonly ConcurrentQueue<CopyPump> _queue = new();
    private static readonly int _most = Math.Max(2, Environment.ProcessorCount);
    private static int _active;

    private DiskWorkers()
    {
    }

    public static void Enqueue(CopyPump pump)
    {
        _queue.Enqueue(pump);
        if (TryCount())
        {
            ThreadPool.UnsafeQueueUserWorkItem(_item, preferLocal: false);
        }
    }

    public void Execute()
    {
        do
        {
            while (_queue.TryDequeue(out CopyPump? pump))
            {
                pump.Run(mayBlock: true);
            }

            Interlocked.Decrement(ref _active);
        }
        while (!_queue.IsEmpty && TryCount()); // Somebody may have queued one after the last look and found enough workers.
    }

    private static bool TryCount()
    {
        int active = Volatile.Read(ref _active);
        while (active < _most)
        {
            int seen = Interlocked.CompareExchange(ref _active, active + 1, active);
            if (seen == active)
            {
                return true;
            }

            active = seen;
        }

        return false;
    }
}
