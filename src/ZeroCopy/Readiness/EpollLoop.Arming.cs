using System.Runtime.InteropServices;

namespace ZeroCopy;

/// <content>What epoll is asked for.</content>
internal sealed partial class EpollLoop
{
    private ulong _armings;

    /// <summary>Takes a descriptor that nobody waits for out of epoll: in that of another loop, an event is cheaper if this one has not to hear of it.</summary>
    public void Forget(SafeHandle handle)
    {
        lock (_lock)
        {
            if (_registrations.TryGetValue((int)handle.DangerousGetHandle(), out Registration? registration) && registration is { IsAdded: true, Waiters: null })
            {
                registration.IsAdded = registration.StaysArmed = false;
                _ = Control(registration, Interop.EPOLL_CTL_DEL, 0);
            }
        }
    }

    /// <summary>
    /// Asks epoll for what is waited for and one direction more. Where epoll does not know the number any more, its descriptor was closed and this is
    /// another one: whoever still waits for the old one is an orphan.
    /// </summary>
    private Errno Arm(Registration registration, Waiter waiter, uint direction, ref Waiter? orphans)
    {
        if (registration.StaysArmed && registration.Arming == waiter.Arming)
        {
            return Errno.None;
        }

        registration.StaysArmed = waiter.ComesBack && registration.Waiters is null;
        registration.Arming = waiter.Arming = ++_armings;
        Errno errno = registration.IsAdded ? Control(registration, Interop.EPOLL_CTL_MOD, registration.Interest() | direction) : Errno.ENOENT;
        if (errno == Errno.ENOENT)
        {
            if (registration.IsAdded)
            {
                _parked -= registration.TakeOut(static (_, _) => true, 0, ref orphans);
            }

            registration.Generation = Math.Max(unchecked(registration.Generation + 1), 1);
            errno = Control(registration, Interop.EPOLL_CTL_ADD, direction);
            if (errno == Errno.EEXIST)
            {
                errno = Control(registration, Interop.EPOLL_CTL_MOD, direction);
            }

            registration.IsAdded = errno == Errno.None;
        }

        registration.StaysArmed &= errno == Errno.None;
        return errno;
    }

    private Errno Control(Registration registration, int operation, uint interest)
    {
        uint events = interest | (registration.StaysArmed ? 0 : Interop.EPOLLONESHOT) | ((interest & Interop.EPOLLIN) != 0 ? Interop.EPOLLRDHUP : 0);
        return Interop.EpollControl(_epoll, operation, registration.Fd, events, registration.Data);
    }
}
