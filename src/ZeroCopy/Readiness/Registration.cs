namespace ZeroCopy;

/// <summary>
/// What a loop knows of one descriptor number: whether epoll has it, under which generation, and who waits for it. One for both directions, since
/// epoll takes a descriptor once. All of it is guarded by the loop's lock.
/// </summary>
internal sealed class Registration(int fd)
{
    public int Fd => fd;

    /// <summary>
    /// Goes up when the number is found to stand for another descriptor. Events carry it, so that a late one of the old descriptor wakes nobody.
    /// </summary>
    public uint Generation { get; set; }

    /// <summary>Whether epoll was given this number, and has not been seen to have lost it since.</summary>
    public bool IsAdded { get; set; }

    /// <summary>Whether an event leaves it armed, for a waiter that comes back.</summary>
    public bool StaysArmed { get; set; }

    /// <summary>A number that no other arming has, of this or of any other descriptor.</summary>
    public ulong Arming { get; set; }

    /// <summary>Those who wait, for either direction.</summary>
    public Waiter? Waiters { get; set; }

    public ulong Data => ((ulong)Generation << 32) | (uint)fd;

    /// <summary>All that somebody waits for.</summary>
    public uint Interest()
    {
        uint interest = 0;
        for (Waiter? waiter = Waiters; waiter is not null; waiter = waiter.Next)
        {
            interest |= waiter.Direction;
        }

        return interest;
    }

    public void Add(Waiter waiter)
    {
        waiter.Registration = this;
        waiter.Next = Waiters;
        Waiters = waiter;
    }

    /// <summary>Takes out those that fit, and puts them at the head of a list.</summary>
    /// <returns>How many there were.</returns>
    public int TakeOut(Func<Waiter, uint, bool> fits, uint argument, ref Waiter? taken)
    {
        int count = 0;
        Waiter? staying = null;
        for (Waiter? waiter = Waiters; waiter is not null;)
        {
            Waiter? next = waiter.Next;
            if (fits(waiter, argument))
            {
                waiter.Registration = null;
                waiter.Handle = null;
                waiter.Next = taken;
                taken = waiter;
                count++;
            }
            else
            {
                waiter.Next = staying;
                staying = waiter;
            }

            waiter = next;
        }

        Waiters = staying;
        return count;
    }
}
