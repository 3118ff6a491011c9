using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy;

/// <summary>
/// An epoll descriptor, its thread, and the table of who waits there for what. Descriptors are registered one-shot: an event disarms them, so that
/// one that stays ready costs nothing until somebody waits for it again. Those whose waiter is expected back soon stay armed, until an event finds
/// nobody: to arm them for each small message took a tenth of what a relay takes for it.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "It lives as long as the process.")]
internal sealed partial class EpollLoop
{
    /// <summary>
    /// How often parked handles are looked at: one that is closed gives no event. Four times a second costs nothing measurable, and tells a user who
    /// disposed something soon enough.
    /// </summary>
    internal const int SweepMilliseconds = 250;

    /// <summary>As many as are likely to be ready at once; the others come with the next call.</summary>
    private const int EventsAtOnce = 256;

    /// <summary>No descriptor has this as its data: generations start at 1.</summary>
    private const ulong WakeUp = 0;

    private readonly Lock _lock = new();
    private readonly SafeFileHandle _epoll = new();
    private readonly SafeFileHandle _wakeUp = new();
    private readonly Dictionary<int, Registration> _registrations = [];
    private int _parked;
    private bool _sleepsForLong;
    private Errno _broken;

    public EpollLoop(int number)
    {
        Errno errno = Interop.EpollCreate(_epoll);
        string call = "epoll_create1";
        if (errno == Errno.None)
        {
            errno = Interop.EventFd(_wakeUp);
            call = "eventfd";
        }

        if (errno == Errno.None)
        {
            errno = Interop.EpollControl(_epoll, Interop.EPOLL_CTL_ADD, (int)_wakeUp.DangerousGetHandle(), Interop.EPOLLIN, WakeUp);
            call = "epoll_ctl";
        }

        if (errno == Errno.None)
        {
            errno = Start(number);
            call = "clone";
        }

        if (errno != Errno.None)
        {
            _epoll.Dispose();
            _wakeUp.Dispose();
            throw EpollLoops.Failure(errno, call);
        }
    }

    /// <summary>Waits for EPOLLIN or EPOLLOUT of a descriptor.</summary>
    public ValueTask WaitAsync(SafeHandle handle, uint direction, CancellationToken cancellationToken)
    {
        TaskWaiter waiter = Rent();
        Errno errno = Park(waiter, handle, direction);
        if (errno == Errno.None)
        {
            waiter.CancelBy(cancellationToken);
            return waiter.Task;
        }

        Recycle(waiter);

        // Files, directories and some devices, which are always ready.
        return errno == Errno.EPERM ? ValueTask.CompletedTask : ValueTask.FromException(EpollLoops.Failure(errno, "epoll_ctl"));
    }

    /// <summary>Puts a waiter into the table; it is the loop's from then on, and may be completed before this returns.</summary>
    /// <returns>
    /// <see cref="Errno.None"/> if it is there. If not, it is still the caller's: EPERM, the descriptor is always ready; ECANCELED, the waiter does not want
    /// to wait any more; or what epoll_ctl has against it.
    /// </returns>
    /// <exception cref="ObjectDisposedException">The handle is closed.</exception>
    public Errno Park(Waiter waiter, SafeHandle handle, uint direction)
    {
        Waiter? orphans = null;
        Errno errno;
        bool isHeld = false;
        try
        {
            handle.DangerousAddRef(ref isHeld);
            int fd = (int)handle.DangerousGetHandle();
            lock (_lock)
            {
                if (!_registrations.TryGetValue(fd, out Registration? registration))
                {
                    registration = new Registration(fd);
                    _registrations.Add(fd, registration);
                }

                errno = waiter.IsCancelled ? Errno.ECANCELED : _broken == Errno.None ? Arm(registration, waiter, direction, ref orphans) : _broken;
                if (errno == Errno.None)
                {
                    waiter.Handle = handle;
                    waiter.Direction = direction;
                    registration.Add(waiter);
                    _parked++;
                }

                if (_sleepsForLong)
                {
                    _sleepsForLong = false;
                    Interop.EventFdSignal(_wakeUp);
                }
            }
        }
        finally
        {
            if (isHeld)
            {
                handle.DangerousRelease();
            }
        }

        // Not all of their handles know: who closed the number may have had it from elsewhere. The inner exception tells them that it is theirs that is gone.
        CompleteEach(orphans, static waiter => waiter.Complete(new ObjectDisposedException(
            "The descriptor was closed while it was waited for, and its number is another one's.", new ErrnoException(Errno.EBADF, "epoll_ctl"))));
        return errno;
    }

    /// <summary>Takes a waiter out of the table, unless somebody did so before.</summary>
    public bool TryTakeOut(Waiter waiter)
    {
        Waiter? taken = null;
        lock (_lock)
        {
            if (waiter.Registration is Registration registration)
            {
                _parked -= registration.TakeOut((candidate, _) => candidate == waiter, 0, ref taken);
            }
        }

        return taken is not null;
    }

    private static void FailAsDisposed(Waiter? waiters) =>
        CompleteEach(waiters, static waiter => waiter.Complete(new ObjectDisposedException(objectName: null, "The handle was disposed while it was waited for.")));

    private static void CompleteEach(Waiter? waiters, Action<Waiter> complete)
    {
        while (waiters is not null)
        {
            // The next, before somebody uses this one again.
            Waiter waiter = waiters;
            waiters = waiter.Next;
            waiter.Next = null;
            complete(waiter);
        }
    }

    private Errno Start(int number)
    {
        try
        {
            // Unsafe: the thread outlives whoever happened to be the first to wait, and must not keep that one's execution context.
            new Thread(Run) { IsBackground = true, Name = $"ZeroCopy epoll {number}" }.UnsafeStart();
            return Errno.None;
        }
        catch (OutOfMemoryException)
        {
            // Which is how .NET calls EAGAIN of clone: as many threads as there may be.
            return Errno.EAGAIN;
        }
    }
}
