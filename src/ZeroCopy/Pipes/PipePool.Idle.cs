namespace ZeroCopy;

/// <content>Which pipes are lent, and which are kept.</content>
public sealed partial class PipePool
{
    private static bool IsAsItWasLent(Pipe pipe)
    {
        try
        {
            return Interop.IsNonBlocking(pipe.ReadHandle) && Interop.IsNonBlocking(pipe.WriteHandle)
                && pipe.Capacity == pipe.LentCapacity && pipe.BytesAvailable == 0;
        }
        catch (Exception e) when (e is ObjectDisposedException or ErrnoException)
        {
            return false;
        }
    }

    private Errno TryTake(bool mayHaveChanged, out Pipe? pipe)
    {
        pipe = TakeIdle();
        Errno errno = pipe is null ? TryOpen(out pipe) : Errno.None;
        if (pipe is not null && (mayHaveChanged || pipe.LentCapacity < _largest))
        {
            errno = Enlarge(pipe);
            if (errno != Errno.None)
            {
                pipe.Dispose();
                pipe = null;
            }
        }

        if (pipe is not null)
        {
            pipe.Lender = this;
            PipeMetrics.CountRent();
        }

        return errno;
    }

    private Pipe? TakeIdle()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            while (_idle.TryPop(out Pipe? pipe))
            {
                _idleBytes -= pipe.LentCapacity;

                // Somebody may have kept it after returning it, and disposed it.
                if (!pipe.ReadHandle.IsClosed && !pipe.WriteHandle.IsClosed)
                {
                    return pipe;
                }

                pipe.Dispose();
            }

            return null;
        }
    }

    private Errno TryOpen(out Pipe? pipe)
    {
        Errno errno = Pipe.TryOpen(_capacity, nonBlocking: true, out pipe);
        if (errno == Errno.None)
        {
            PipeMetrics.CountCreated();
        }

        return errno;
    }

    /// <summary>
    /// A pipe that was opened past a limit of the user stays small until somebody asks again. Notes the capacity that it has, unless it cannot be asked: its
    /// descriptor was closed behind it.
    /// </summary>
    private Errno Enlarge(Pipe pipe)
    {
        Errno errno = Interop.GetPipeSize(pipe.WriteHandle, out long capacity);
        if (errno == Errno.None && capacity < _largest && Interop.SetPipeSize(pipe.WriteHandle, _largest) == Errno.None)
        {
            errno = Interop.GetPipeSize(pipe.WriteHandle, out capacity);
        }

        pipe.LentCapacity = (int)capacity;
        _largest = Math.Max(_largest, pipe.LentCapacity);
        return errno;
    }

    private void KeepOrClose(Pipe pipe, bool isClean)
    {
        if (!isClean || !TryKeep(pipe))
        {
            pipe.Dispose();
            PipeMetrics.CountClosed(isDirty: !isClean);
        }
    }

    private bool TryKeep(Pipe pipe)
    {
        lock (_lock)
        {
            if (_isDisposed || _idle.Count >= _maxIdlePipes || _idleBytes + pipe.LentCapacity > _maxIdleBytes)
            {
                return false;
            }

            _idle.Push(pipe);
            _idleBytes += pipe.LentCapacity;
            return true;
        }
    }
}
