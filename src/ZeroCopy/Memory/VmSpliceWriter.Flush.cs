using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace ZeroCopy;

/// <content>Flushes: on a thread that waits, without one, and at the end.</content>
public sealed partial class VmSpliceWriter
{
    private bool _wasInterrupted;

    /// <summary>Sends what is unflushed, and waits on this thread until the pipe has all of it.</summary>
    /// <exception cref="ErrnoException">
    /// What the pipe has not taken is still unflushed.
    /// <list type="table">
    /// <item><term>EPIPE</term><description>The pipe has no reader.</description></item>
    /// <item><term>EBADF</term><description>The handle was closed behind its back.</description></item>
    /// <item><term>ENOMEM</term><description>The kernel is out of memory.</description></item>
    /// </list>
    /// Or one of <c>poll</c>, by its <see cref="ErrnoException.Syscall"/>: the kernel is out of memory for it, or a limit forbids it, so that there is no way to wait;
    /// or of <c>madvise</c>: pages were handed over and cannot be given up; they are not written to.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The writer or the pipe's handle is disposed, or was while there was no room.</exception>
    public void Flush()
    {
        try
        {
            Begin(out bool copies);
            Errno errno;
            while ((errno = Send(copies)) == Errno.EAGAIN)
            {
                // Not in the call, which would not notice that somebody disposes the handle. Poll does not tell that either.
                HasRoom(EpollLoop.SweepMilliseconds);
            }

            End(errno, copies);
        }
        finally
        {
            CloseReopened();
        }
    }

    /// <summary>Sends what is unflushed, without a thread that waits until the pipe has all of it.</summary>
    /// <param name="cancellationToken">Ends the wait for a reader. What the pipe has not taken then is still unflushed.</param>
    /// <returns>A task that completes when nothing is unflushed. Await it, once, before anything else is done with this writer.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <inheritdoc cref="Flush" path="/exception"/>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever it is, it is for who awaits the flush.")]
    public ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            _wasInterrupted = UnflushedBytes > 0;
            return ValueTask.FromCanceled(cancellationToken);
        }

        bool isOver = true;
        try
        {
            Begin(out bool copies);
            Errno errno = Send(copies);
            isOver = errno != Errno.EAGAIN;
            if (!isOver)
            {
                return FlushRestAsync(copies, cancellationToken);
            }

            End(errno, copies);
            return ValueTask.CompletedTask;
        }
        catch (Exception e)
        {
            return ValueTask.FromException(e);
        }
        finally
        {
            if (isOver)
            {
                CloseReopened();
            }
        }
    }

    /// <summary>
    /// Flushes, as other writers do, and gives up the memory. What a flush that failed or was cancelled left, and what was written after it, is not tried again, so that
    /// this does not wait for a reader that was given up already.
    /// </summary>
    /// <inheritdoc cref="Flush" path="/exception"/>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        try
        {
            FlushUnlessGivenUp();
        }
        finally
        {
            Release();
        }
    }

    /// <summary><see cref="Dispose"/> that does not block a thread.</summary>
    /// <returns>A task that completes when everything is flushed and the memory given up.</returns>
    /// <inheritdoc cref="Flush" path="/exception"/>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        try
        {
            await FlushUnlessGivenUpAsync().ConfigureAwait(false);
        }
        finally
        {
            Release();
        }
    }

    /// <summary>Flushes, unless a flush of what is unflushed failed or was cancelled.</summary>
    internal void FlushUnlessGivenUp()
    {
        if (!_wasInterrupted)
        {
            Flush();
        }
    }

    /// <inheritdoc cref="FlushUnlessGivenUp"/>
    internal ValueTask FlushUnlessGivenUpAsync() => _wasInterrupted ? ValueTask.CompletedTask : FlushAsync();

    /// <remarks>By the pool, so that a writer that waits now and then allocates nothing for it.</remarks>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FlushRestAsync(bool copies, CancellationToken cancellationToken)
    {
        try
        {
            Errno errno;
            do
            {
                await FdReadiness.WaitWritableAsync(_pipe, cancellationToken).ConfigureAwait(false);
                errno = Send(copies);
            }
            while (errno == Errno.EAGAIN);
            End(errno, copies);
        }
        finally
        {
            CloseReopened();
        }
    }

    /// <summary>Decides how to flush, for the whole of it.</summary>
    private void Begin(out bool copies)
    {
        copies = IsCopying || UnflushedBytes < SmallestMapping;
        _wasInterrupted = true;
    }

    private void End(Errno errno, bool copies)
    {
        if (errno != Errno.None)
        {
            throw new ErrnoException(errno, copies || IsCopying ? "write" : "vmsplice");
        }

        _wasInterrupted = false;
    }

    private void Release()
    {
        _isDisposed = true;
        CloseReopened();
        _pages.Region.RetireAll();
    }
}
