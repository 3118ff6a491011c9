using System.Runtime.InteropServices;

namespace ZeroCopy;

/// <summary>
/// One wait for one direction of one descriptor. It belongs to its loop's table from when it is parked until somebody takes it out there, under the
/// loop's lock: the event, the cancellation or the sweep. Who took it out completes it, and nobody else.
/// </summary>
internal abstract class Waiter
{
    /// <summary>What is waited for, while in the table. No reference to the descriptor is held.</summary>
    public SafeHandle? Handle { get; set; }

    /// <summary>Where it is in the table, or null.</summary>
    public Registration? Registration { get; set; }

    public uint Direction { get; set; }

    /// <summary>Which arming of its descriptor it relies on, if that stays. See <see cref="Registration.Arming"/>.</summary>
    public ulong Arming { get; set; }

    /// <summary>The interval of the loop in which it was last in a hurry.</summary>
    public int Interval { get; set; }

    /// <summary>The next in a list: of waits for the same thing, of waits to be completed, or of waiters to be used again.</summary>
    public Waiter? Next { get; set; }

    /// <summary>Whether it waits for something that was closed, which gives no event. Asked while it is in the table.</summary>
    public virtual bool IsOrphaned => Handle!.IsClosed;

    /// <summary>Whether it must not be parked any more. Asked under the loop's lock, so that no cancellation falls between the asking and the parking.</summary>
    public virtual bool IsCancelled => false;

    /// <summary>Whether it will soon wait again for the same of the same descriptor, so that epoll had better not be told each time.</summary>
    public virtual bool ComesBack => false;

    /// <summary>Ends the wait, well or with an error. On the loop's thread, most often: it must not block or run a user's code.</summary>
    public abstract void Complete(Exception? error);
}
