using System.Runtime.InteropServices;

namespace ZeroCopy;

/// <summary>
/// Waits until a descriptor can be read from or written to, without blocking a thread: sockets, pipes, FIFOs, terminals, and whatever else epoll(7) takes.
/// </summary>
/// <remarks>
/// <para>
/// A few threads of the library's own wait for all of them. To be ready means what it means for poll(2): the next call does not wait, be it that it moves
/// bytes, tells the end or tells an error. Nothing keeps another thread from being faster, so that EAGAIN is still possible.
/// </para>
/// <para>
/// Safe to call from any thread, for one descriptor any number of times and for both directions at once. No reference to the handle is held meanwhile: it
/// may be disposed at any time, and who waits for it then gets <see cref="ObjectDisposedException"/> within about 250 ms. The flags of the descriptor are
/// neither looked at nor changed. Each task is to be awaited once. A steady stream of waits allocates nothing.
/// </para>
/// <para>Man page: <see href="https://man7.org/linux/man-pages/man7/epoll.7.html">epoll(7)</see>.</para>
/// </remarks>
/// <example>
/// <code>
/// Errno errno;
/// while ((errno = Splice.TryMove(pipe.ReadHandle, socket, 65536, SpliceFlags.NonBlock, out moved)) == Errno.EAGAIN)
/// {
///     await FdReadiness.WaitWritableAsync(socket, cancellationToken);
/// }
/// </code>
/// </example>
public static class FdReadiness
{
    /// <summary>Waits until a read from the descriptor would not block: for bytes, the end, or an error.</summary>
    /// <param name="fd">An open descriptor. One that epoll does not take, as a regular file, is ready at once.</param>
    /// <param name="cancellationToken">Ends the wait; no byte is lost by that.</param>
    /// <returns>A task that completes when the descriptor is ready.</returns>
    /// <exception cref="ArgumentNullException">The handle is null.</exception>
    /// <exception cref="ObjectDisposedException">The handle is disposed, or was while it was waited for.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ErrnoException">
    /// EBADF: the handle holds no open descriptor. EMFILE, ENFILE, ENOMEM, EAGAIN: the library's first wait found no descriptor, memory or thread left for
    /// itself.
    /// ENOSPC: the user has as many descriptors in epoll as <c>/proc/sys/fs/epoll/max_user_watches</c> allows.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux.</exception>
    public static ValueTask WaitReadableAsync(SafeHandle fd, CancellationToken cancellationToken = default) =>
        WaitAsync(fd, Interop.EPOLLIN, cancellationToken);

    /// <summary>Waits until a write to the descriptor would not block: for room, or an error.</summary>
    /// <param name="fd">An open descriptor. One that epoll does not take, as a regular file, is ready at once.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that completes when the descriptor is ready.</returns>
    /// <inheritdoc cref="WaitReadableAsync" path="/exception"/>
    public static ValueTask WaitWritableAsync(SafeHandle fd, CancellationToken cancellationToken = default) =>
        WaitAsync(fd, Interop.EPOLLOUT, cancellationToken);

    /// <summary>Tells that this descriptor will not be waited for here again.</summary>
    internal static void Forget(SafeHandle fd) => EpollLoops.Of((int)fd.DangerousGetHandle()).Forget(fd);

    private static ValueTask WaitAsync(SafeHandle fd, uint direction, CancellationToken cancellationToken)
    {
        Check.Platform();
        ArgumentNullException.ThrowIfNull(fd);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        // By number, so that both directions of a descriptor, and all who wait for it, meet in one loop.
        return EpollLoops.Of((int)fd.DangerousGetHandle()).WaitAsync(fd, direction, cancellationToken);
    }
}
