namespace ZeroCopy;

/// <content>Waiters that are used again.</content>
internal sealed partial class EpollLoop
{
    /// <summary>Enough for bursts; what is beyond it is left to the collector.</summary>
    private const int MostRecycled = 1024;

    private TaskWaiter? _recycled;
    private int _recycledCount;

    public void Recycle(TaskWaiter waiter)
    {
        lock (_lock)
        {
            if (_recycledCount < MostRecycled)
            {
                waiter.Next = _recycled;
                _recycled = waiter;
                _recycledCount++;
            }
        }
    }

    private TaskWaiter Rent()
    {
        lock (_lock)
        {
            if (_recycled is TaskWaiter waiter)
            {
                _recycled = (TaskWaiter?)waiter.Next;
                _recycledCount--;
                waiter.Next = null;
                return waiter;
            }
        }

        return new TaskWaiter(this);
    }
}
