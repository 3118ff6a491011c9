using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy;

/// <content>The way of the bytes into the pipe.</content>
public sealed partial class VmSpliceWriter
{
    /// <summary>What is less is copied: a mapping takes a slot for each page, and is dearer than a copy up to here, by our measurement.</summary>
    private const int SmallestMapping = 16 * 1024;

    /// <summary>What is more is mapped by several calls: each keeps the pipe locked, and a reader that waits for that has nothing to do meanwhile.</summary>
    private const int MostAtOnce = 256 * 1024;

    /// <summary>A description of one's own of the pipe, which is non-blocking, for copies that must not wait. Only during a flush: the reader would wait for its end.</summary>
    private SafeFileHandle? _reopened;
    private bool _cannotReopen;
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

    /// <summary>Sends until nothing is unflushed, or the pipe takes no more.</summary>
    private Errno Send(bool copies)
    {
        // Somebody may have disposed it while a flush was waiting: its pages are zeroes now.
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _room = 0;
        Errno errno = Errno.None;
        while (_start < _end && errno == Errno.None)
        {
            errno = copies || IsCopying ? Write() : Map();
        }

        if (_start == _end)
        {
            _start = _end = _copiedFrom;
        }

        return errno;
    }

    private unsafe Errno Map()
    {
        // SAFETY: the bytes are not written to any more before their pages are given up, or, where the reader copies, their bytes have left the pipe.
        IOVector segment = new(_pages.Region.At(_start), (nuint)Math.Min(UnflushedBytes, MostAtOnce - (_start % Environment.SystemPageSize)));
        Errno errno = Interop.VmSplice(_pipe, &segment, 1, SpliceFlags.NonBlock, out long mapped);
        if (errno is Errno.EINVAL or Errno.EOPNOTSUPP or Errno.ENOSYS or Errno.EPERM)
        {
            Copy(errno);
            return Errno.None;
        }

        _start += (int)mapped;
        _copiedFrom = _start;
        Volatile.Write(ref _mapped, _mapped + mapped);
        Leave(_start - (_start % _segment));
        return errno;
    }

    private Errno Write()
    {
        SafeHandle target = _pipe;
        int count = UnflushedBytes;
        if (!Interop.IsNonBlocking(_pipe))
        {
            // Whatever poll calls ready takes a page without waiting: good enough for a few of them.
            target = (count > SmallestMapping ? Reopened() : null) ?? _pipe;
            if (target == _pipe && !HasRoom(milliseconds: 0))
            {
                return Errno.EAGAIN;
            }

            count = target == _pipe ? Math.Min(count, Environment.SystemPageSize) : count;
        }

        Errno errno = Interop.Write(target, _pages.GetSpan().Slice(_start, count), offset: null, out long written);
        _start += (int)written;
        Volatile.Write(ref _copied, _copied + written);
        return errno;
    }

    /// <summary>Other processes share the flags of the pipe, so that it must not be made non-blocking itself.</summary>
    /// <returns>Null where it cannot be opened once more: it is another user's, or has no reader.</returns>
    private SafeFileHandle? Reopened()
    {
        if (_reopened is null && !_cannotReopen)
        {
            SafeFileHandle opened = new();
            if (Interop.Reopen(_pipe, Interop.O_WRONLY, opened) == Errno.None)
            {
                _reopened = opened;
            }
            else
            {
                _cannotReopen = true;
                opened.Dispose();
            }
        }

        return _reopened;
    }

    private void CloseReopened()
    {
        _reopened?.Dispose();
        _reopened = null;
        _cannotReopen = false;
    }

    /// <summary>Asks poll whether a page can be written without waiting, for so many milliseconds at most.</summary>
    /// <exception cref="ErrnoException">It cannot be asked. To try without it would be to wait in the call, or to spin.</exception>
    private bool HasRoom(int milliseconds)
    {
        Errno errno = Interop.Poll([(int)(_reopened ?? _pipe).DangerousGetHandle()], Interop.POLLOUT, milliseconds, out ulong ready);
        return errno is Errno.None or Errno.EINTR ? ready != 0 : throw new ErrnoException(errno, "poll");
    }

    private void Release()
    {
        _isDisposed = true;
        CloseReopened();
        _pages.Region.RetireAll();
    }
}
