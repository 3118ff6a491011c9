namespace ZeroCopy;

/// <content>From the pipe that was filled into those of the other destinations.</content>
internal sealed partial class Pump
{
    private Backoff _scarcity;
    private Errno _whyScarce;

    /// <summary>
    /// Has a pipe for each destination, all of them empty. The one that is filled is the smallest, since a pipe takes a duplicate of another one whole if it
    /// has as many slots.
    /// </summary>
    private Errno RentPipes()
    {
        if (!_scarcity.IsDue())
        {
            return _whyScarce;
        }

        Outlet filled = _live[^1];
        if (filled.Pipe is Pipe lent && _pipes.WantsAnother(lent, _loop?.HasManyInAHurry == true, _live.Length))
        {
            foreach (Outlet outlet in _live)
            {
                outlet.ReturnPipe();
            }
        }

        _whyScarce = RentMissing();
        _scarcity.Tried(inVain: _whyScarce != Errno.None);
        if (_whyScarce != Errno.None)
        {
            GiveUpPipes();
            return _whyScarce;
        }

        foreach (Outlet outlet in _live)
        {
            if (outlet.Pipe!.LentCapacity < filled.Pipe!.LentCapacity)
            {
                outlet.ExchangePipes(filled);
            }
        }

        return Errno.None;
    }

    private Errno RentMissing()
    {
        foreach (Outlet outlet in _live)
        {
            Errno errno = outlet.RentPipe();
            if (errno != Errno.None)
            {
                return errno;
            }
        }

        return Errno.None;
    }

    /// <summary>Where there are not enough for all, none is kept: what is scarce, descriptors most likely, others need too.</summary>
    private void GiveUpPipes()
    {
        foreach (Outlet outlet in _live)
        {
            outlet.ReturnPipe();
        }

        _pipes.Trim();
    }

    /// <summary>Duplicates what was filled in, by reference: the last destination has the original.</summary>
    private Need Duplicate(long count)
    {
        Outlet filled = _live[^1];
        foreach (Outlet outlet in _live.AsSpan(..^1))
        {
            Errno errno = Interop.Tee(filled.Pipe!.ReadHandle, outlet.Pipe!.WriteHandle, count, SpliceFlags.NonBlock, out long duplicated);
            if (duplicated < count)
            {
                outlet.ReturnPipe(isEmpty: duplicated == 0);
                return DuplicateByCopying(count, errno);
            }

            outlet.LoadPipe(count);
        }

        return Need.Nothing;
    }

    /// <summary>
    /// Reads what was filled in, for those who have no duplicate of it. From the next fill on too, if the kernel refuses to duplicate.
    /// </summary>
    private Need DuplicateByCopying(long count, Errno errno)
    {
        _fallback = errno == Errno.None ? _fallback : errno;
        byte[] bytes = new byte[count];
        Outlet filled = _live[^1];
        int taken = filled.TakeAll(bytes);
        foreach (Outlet outlet in _live)
        {
            if (!outlet.HasLoad)
            {
                outlet.Load(bytes.AsMemory(0, taken), lost: outlet == filled ? 0 : count - taken);
            }
        }

        if (taken < count)
        {
            return FailSource(Errno.ENODATA);
        }

        return Refuses(errno) ? CopyFromSource(errno) : Need.Nothing;
    }
}
