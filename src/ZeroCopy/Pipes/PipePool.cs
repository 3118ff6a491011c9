using System.Diagnostics;

namespace ZeroCopy;

/// <summary>Lends out pipes, so that a transfer does not open and close one each time.</summary>
/// <remarks>
/// <para>
/// Its pipes are non-blocking and empty. A pipe that comes back is kept only if it provably is what it was: empty, of the same capacity, with the same
/// flags, both ends open. Any other is closed, so that no byte of one transfer ever shows in the next. What is kept is bounded by number and by bytes of
/// capacity, since both count against limits of the process and the user; what is lent is not.
/// </para>
/// <para>
/// Where the system gives only small pipes (an unprivileged user past <c>/proc/sys/fs/pipe-user-pages-soft</c>), so does the pool, and tries again to
/// enlarge each when it is lent. Safe to call from any thread. A pipe that is never returned is closed when it is collected.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// Pipe pipe = PipePool.Shared.Rent();
/// try
/// {
///     long left = Splice.Move(source, pipe.WriteHandle, 65536);
///     while (left > 0)
///     {
///         left -= Splice.Move(pipe.ReadHandle, destination, left);
///     }
/// }
/// finally
/// {
///     PipePool.Shared.Return(pipe); // Kept only if it is empty and as it was, else closed.
/// }
/// </code>
/// </example>
public sealed partial class PipePool : IDisposable
{
    private const int SlotsOfKernelDefault = 16;

    /// <summary>What the kernel gives a pipe as long as no limit is reached, in bytes.</summary>
    internal static readonly int DefaultCapacity = SlotsOfKernelDefault * Environment.SystemPageSize;

    private readonly Lock _lock = new();
    private readonly Stack<Pipe> _idle = [];
    private readonly int _capacity;
    private readonly int _maxIdlePipes;
    private readonly long _maxIdleBytes;
    private long _idleBytes;
    private bool _isDisposed;

    /// <summary>The largest capacity that a pipe of this pool has had, which shows what the system allows; at first, what every pipe should have.</summary>
    private volatile int _largest;

    /// <summary>Makes a pool of one's own.</summary>
    /// <param name="capacity">The capacity of its pipes in bytes, a hint as for <see cref="Pipe(int, bool)"/>; 0 for the kernel's default.</param>
    /// <param name="maxIdlePipes">The most pipes that are kept while nobody uses them; two descriptors each. 0 or more, 64 by default.</param>
    /// <param name="maxIdleBytes">
    /// The most bytes of capacity that these may have together, 0 or more. 4 MiB by default: a sixteenth of what an unprivileged user has by default.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is negative.</exception>
    public PipePool(int capacity = 0, int maxIdlePipes = 64, long maxIdleBytes = 4 * 1024 * 1024)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        ArgumentOutOfRangeException.ThrowIfNegative(maxIdlePipes);
        ArgumentOutOfRangeException.ThrowIfNegative(maxIdleBytes);
        _capacity = capacity;
        _maxIdlePipes = maxIdlePipes;
        _maxIdleBytes = maxIdleBytes;
        _largest = capacity == 0 ? DefaultCapacity : Math.Min(capacity, DefaultCapacity);
    }

    /// <summary>The pool of the process, with pipes of the kernel's default capacity. It cannot be disposed.</summary>
    public static PipePool Shared { get; } = new();

    /// <summary>What its pipes are to have, in bytes, or 0 for the kernel's default.</summary>
    internal int Capacity => _capacity;

    /// <summary>Lends an empty non-blocking pipe, to be given to <see cref="Return"/> afterwards.</summary>
    /// <returns>The pipe. It is the pool's: do not dispose it, unless it is not to be used again.</returns>
    /// <exception cref="ErrnoException">
    /// No pipe was idle and none could be opened; see <see cref="Pipe(int, bool)"/>. Or EBADF: the descriptor of one was closed behind the pool.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux.</exception>
    public Pipe Rent()
    {
        Errno errno = TryRent(out Pipe? pipe);
        return errno switch
        {
            Errno.None => pipe!,
            Errno.EBADF => throw new ErrnoException(errno, "fcntl"),
            _ => throw Pipe.FailureToOpen(errno),
        };
    }

    /// <summary><see cref="Rent"/> that returns the error number instead of throwing it.</summary>
    /// <param name="pipe">The pipe, or null where there is an error.</param>
    /// <returns><see cref="Errno.None"/>, or why no pipe could be opened: EMFILE, ENFILE, ENOMEM, EPERM or ENOSYS, as for
    /// <see cref="Pipe(int, bool)"/>; or EBADF as for <see cref="Rent"/>.</returns>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux.</exception>
    public Errno TryRent(out Pipe? pipe) => TryTake(mayHaveChanged: true, out pipe);

    /// <summary>Takes a pipe back: keeps it where it is as it was lent and there is room, closes it where not.</summary>
    /// <param name="pipe">A pipe that this pool has lent, which nobody uses any more.</param>
    /// <exception cref="ArgumentNullException">The pipe is null.</exception>
    /// <exception cref="InvalidOperationException">The pipe is not lent by this pool: it is another's, or came back already.</exception>
    public void Return(Pipe pipe)
    {
        ArgumentNullException.ThrowIfNull(pipe);
        if (Interlocked.CompareExchange(ref pipe.Lender, null, this) != this)
        {
            throw new InvalidOperationException("The pipe is not lent by this pool: it is another's, or was returned before.");
        }

        PipeMetrics.CountReturn();
        KeepOrClose(pipe, IsAsItWasLent(pipe));
    }

    /// <summary>Closes the pipes that are idle. Those that are lent are closed when they come back.</summary>
    /// <exception cref="InvalidOperationException">It is <see cref="Shared"/>.</exception>
    public void Dispose()
    {
        if (this == Shared)
        {
            throw new InvalidOperationException("The shared pool serves the whole process, and cannot be disposed.");
        }

        lock (_lock)
        {
            _isDisposed = true;
        }

        Trim();
    }

    /// <summary>Closes the pipes that are idle: after a burst, they would otherwise be kept for the next one.</summary>
    public void Trim()
    {
        lock (_lock)
        {
            while (_idle.TryPop(out Pipe? pipe))
            {
                pipe.Dispose();
            }

            _idleBytes = 0;
        }
    }

    /// <summary><see cref="TryRent"/> for the library itself, which leaves pipes as they are: only of a new or a small one is the capacity asked for.</summary>
    internal Errno TryLend(out Pipe? pipe) => TryTake(mayHaveChanged: false, out pipe);

    /// <summary>Takes back what <see cref="TryLend"/> has lent, from one who has counted what is in it.</summary>
    internal void TakeBack(Pipe pipe, bool isEmpty)
    {
        Debug.Assert(!isEmpty || IsAsItWasLent(pipe), "The count of what is in the pipe is wrong.");
        pipe.Lender = null;
        PipeMetrics.CountReturn();
        KeepOrClose(pipe, isEmpty);
    }
}
