namespace ZeroCopy;

/// <content>From the pipe or from memory into the destination, until nothing is left.</content>
internal sealed partial class Outlet
{
    /// <summary>Whether what is in memory is spliced to it too: a write to a pipe might wait for a reader, which a splice does not.</summary>
    public bool TakesMemoryByPipe => Side.Kind == EndpointKind.Pipe && !Side.Copies;

    /// <summary>Moves some of what it has, unless it has to wait for that.</summary>
    /// <param name="mayBlock">Whether this thread may make calls that wait for a disk.</param>
    public Need Step(bool mayBlock)
    {
        if (IsWaiting)
        {
            return Need.Destination;
        }

        Need need = Side.WaitsFirst && !IsWoken ? Need.Destination
            : Side.Blocks && !mayBlock ? Need.Worker
            : Drain();
        if (need == Need.Destination)
        {
            State = PortState.Wanted;
        }

        return need;
    }

    /// <summary>Tells of bytes that came here without a pipe: from file to file.</summary>
    public void CountCopied(long count) => CountWritten(count, TransferPath.CopyFileRange);

    private Need Drain()
    {
        bool isWoken = TakeWakeUp();
        if (InPipe > 0 && (_ahead.IsEmpty || _pipeHasAhead))
        {
            return Side.Copies ? TakeOutOfPipe() : DrainPipe(isWoken);
        }

        if (!TakesMemoryByPipe)
        {
            return DrainMemory(isWoken);
        }

        Errno refusal = RentPipe();
        return refusal == Errno.None ? PutIntoPipe() : CopyFromNowOn(refusal);
    }

    private Need DrainPipe(bool isWoken)
    {
        Errno errno = Side.SpliceFrom(Pipe!, InPipe, Side.IsSocket && Pump.HasMore, out long moved);
        if (errno == Errno.None && moved > 0)
        {
            InPipe -= moved;
            _ahead = _pipeHasAhead ? _ahead[(int)moved..] : _ahead;
            CountWritten(moved, _pipeHasAhead ? TransferPath.ReadWrite | TransferPath.Splice : TransferPath.Splice);
            return InPipe > 0 && !Side.Blocks ? Need.Destination : Need.Nothing;
        }

        return errno switch
        {
            Errno.None => FailForNothing(),
            Errno.EAGAIN when isWoken && ++IdleWakeUps == MostIdleWakeUps => CopyFromNowOn(errno),
            Errno.EAGAIN => Need.Destination,
            _ when Pump.Refuses(errno) => CopyFromNowOn(errno),
            _ => Pump.Fail(this, errno),
        };
    }

    private Need CopyFromNowOn(Errno errno)
    {
        Fallback = errno;
        Side.UseCopying();
        if (_pipeHasAhead)
        {
            // They are still where they came from.
            ReturnPipe();
            _pipeHasAhead = false;
        }

        return Need.Nothing;
    }

    /// <summary>
    /// Of a file, the pipe's bytes are references to pages, which are gone when the file was shortened before they were read from the disk. Else it is the
    /// destination that takes nothing and does not say why.
    /// </summary>
    private Need FailForNothing()
    {
        if (!Pump.IsFromFile || _pipeHasAhead)
        {
            return Pump.Fail(this, Errno.EIO);
        }

        LoseUnreadable();
        return Pump.FailSource(Errno.ENODATA);
    }

    private Need TakeOutOfPipe()
    {
        Span<byte> buffer = Buffer();
        Errno errno = Interop.Read(Pipe!.ReadHandle, buffer[..(int)Math.Min(InPipe, buffer.Length)], null, out long count);
        if (errno != Errno.None || count == 0)
        {
            LoseUnreadable();
            return Pump.FailSource(errno == Errno.None ? Errno.ENODATA : errno);
        }

        InPipe -= count;
        _ahead = _buffer.AsMemory(0, (int)count);
        return Need.Nothing;
    }

    private Need PutIntoPipe()
    {
        Errno errno = Interop.Write(Pipe!.WriteHandle, _ahead.Span, null, out long count);
        if (errno != Errno.None)
        {
            return Pump.Fail(this, errno);
        }

        InPipe = count;
        _pipeHasAhead = true;
        return Need.Nothing;
    }

    private Need DrainMemory(bool isWoken)
    {
        Errno errno = Side.Write(_ahead.Span[..(int)Math.Min(_ahead.Length, Pump.ShareOfTurn)], out long count);
        if (errno == Errno.EAGAIN)
        {
            IdleWakeUps += isWoken ? 1 : 0;
            return Need.Destination;
        }

        if (errno != Errno.None || count == 0)
        {
            return Pump.Fail(this, errno == Errno.None ? Errno.EIO : errno);
        }

        _ahead = _ahead[(int)count..];
        CountWritten(count, TransferPath.ReadWrite);
        return !_ahead.IsEmpty && !Side.Blocks ? Need.Destination : Need.Nothing;
    }
}
