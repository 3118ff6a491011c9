using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy;

/// <summary>
/// An epoll descriptor, its thread, and the table of who waits there for what. Descriptors are registered one-shot: an event disarms them, so that
/// one that stays ready costs nothing until somebody waits for it again.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "It lives as long as the process.")]
internal sealed partial class EpollLoop
{
    /// <summary>
    /// How often parked handles are looked at: one that is closed gives no event. Four times a second costs nothing measurable, and tells a user who
    /// disposed something soon enough.
    /// </summary>
    private const int SweepMilliseconds = 250;

    /// <summary>As many as are likely to be ready at once; the others come with the next call.</summary>
    private const int EventsAtOnce = 256;

    /// <summary>Enough for bursts; what is beyond it is left to the collector.</summary>
    private const int MostRecycled = 1024;

    /// <summary>No descriptor has this as its data: generations start at 1.</summary>
    private const ulong WakeUp = 0;

    private readonly Lock _lock = new();
    private readonly SafeFileHandle _epoll = new();
    private readonly SafeFileHandle _wakeUp = new();
    private readonly Dictionary<int, Registration> _registrations = [];
    private Waiter? _recycled;
    private int _recycledCount;
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

        if (errno != Errno.None)
        {
            _epoll.Dispose();
            _wakeUp.Dispose();
            throw new ErrnoException(errno, call);
        }

        // Unsafe: the thread outlives whoever happened to be the first to wait, and must not keep that one's execution context.
        new Thread(Run) { IsBackground = true, Name = $"ZeroCopy epoll {number}" }.UnsafeStart();
    }

    /// <summary>
    /// Waits for EPOLLIN or EPOLLOUT of a descriptor. The caller holds a reference to its handle while this runs, and no longer.
    /// </summary>
    public ValueTask WaitAsync(SafeHandle handle, int fd, uint direction, CancellationToken cancellationToken)
    {
        Waiter? waiter = null;
        Waiter? orphans = null;
        Errno errno;
        lock (_lock)
        {
            if (!_registrations.TryGetValue(fd, out Registration? registration))
            {
                registration = new Registration(fd);
                _registrations.Add(fd, registration);
            }

            errno = _broken == Errno.None ? Arm(registration, direction, ref orphans) : _broken;
            if (errno == Errno.None)
            {
                waiter = Rent();
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

        FailAsDisposed(orphans);
        if (waiter is not null)
        {
            waiter.CancelBy(cancellationToken);
            return waiter.Task;
        }

        // Files, directories and some devices, which are always ready.
        return errno == Errno.EPERM ? ValueTask.CompletedTask : ValueTask.FromException(new ErrnoException(errno, "epoll_ctl"));
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

    public void Recycle(Waiter waiter)
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

    private Waiter Rent()
    {
        Waiter? waiter = _recycled;
        if (waiter is null)
        {
            return new Waiter(this);
        }

        _recycled = waiter.Next;
        _recycledCount--;
        waiter.Next = null;
        return waiter;
    }

    /// <summary>
    /// Asks epoll for what is waited for and one direction more. Where epoll does not know the number any more, its descriptor was closed and this is
    /// another one: whoever still waits for the old one is an orphan.
    /// </summary>
    private Errno Arm(Registration registration, uint direction, ref Waiter? orphans)
    {
        if (registration.IsAdded)
        {
            Errno errno = Control(registration, Interop.EPOLL_CTL_MOD, registration.Interest() | direction);
            if (errno != Errno.ENOENT)
            {
                return errno;
            }

            registration.IsAdded = false;
            _parked -= registration.TakeOut(static (_, _) => true, 0, ref orphans);
        }

        registration.Generation = Math.Max(unchecked(registration.Generation + 1), 1);
        Errno added = Control(registration, Interop.EPOLL_CTL_ADD, direction);
        if (added == Errno.EEXIST)
        {
            added = Control(registration, Interop.EPOLL_CTL_MOD, direction);
        }

        registration.IsAdded = added == Errno.None;
        return added;
    }

    private Errno Control(Registration registration, int operation, uint interest)
    {
        uint events = interest | Interop.EPOLLONESHOT | ((interest & Interop.EPOLLIN) != 0 ? Interop.EPOLLRDHUP : 0);
        return Interop.EpollControl(_epoll, operation, registration.Fd, events, registration.Data);
    }
}
