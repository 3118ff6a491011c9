namespace ZeroCopy;

/// <content>From the pipe or from memory into the destination, until nothing is left.</content>
internal sealed partial class CopyPump
{
    private Need Drain()
    {
        bool isWoken = _wokenFor == Need.Destination;
        _wokenFor = Need.Nothing;
        if (_inPipe > 0 && (_ahead.IsEmpty || _pipeIsFirst))
        {
            return _destination.Copies ? TakeOutOfPipe() : DrainPipe(isWoken);
        }

        if (_destination.Kind != SideKind.Pipe || _destination.Copies)
        {
            return DrainMemory(isWoken);
        }

        // A write might wait for a reader, which a splice does not.
        Errno refusal = _pipe is null ? _pipes.TryRent(othersAreInAHurry: false, out _pipe) : Errno.None;
        return refusal == Errno.None ? PutIntoPipe() : CopyToDestination(refusal);
    }

    private Need DrainPipe(bool isWoken)
    {
        Errno errno = _destination.SpliceFrom(_pipe!, _inPipe, _destination.IsSocket && _source.HasMore && _remaining != 0, out long moved);
        if (errno == Errno.None && moved > 0)
        {
            _inPipe -= moved;
            CountWritten(moved, TransferPath.Splice);
            return _inPipe > 0 && !_destination.Blocks ? Need.Destination : Need.Nothing;
        }

        return errno switch
        {
            Errno.None => FailForNothing(),
            Errno.EAGAIN when isWoken && ++_idleWakeUps == MostIdleWakeUps => CopyToDestination(errno),
            Errno.EAGAIN => Need.Destination,
            _ when Refuses(errno) && (!_destination.HasSpliced || _destination.Kind == SideKind.Terminal) => CopyToDestination(errno),
            _ => Fail(_destination, errno),
        };
    }

    private Need CopyToDestination(Errno errno)
    {
        _fallback = errno;
        _destination.UseCopying();
        if (_pipeIsFirst)
        {
            // They go back to where they came from.
            _ahead = TakeUndelivered();
            _pipeIsFirst = false;
        }

        return Need.Nothing;
    }

    /// <summary>
    /// Of a file, the pipe's bytes are references to pages, which are gone when the file was shortened before they were read from the disk. Else it is the
    /// destination that takes nothing and does not say why.
    /// </summary>
    private Need FailForNothing()
    {
        if (_source.Kind != SideKind.File)
        {
            return Fail(_destination, Errno.EIO);
        }

        LoseUnreadable();
        return Fail(_source, Errno.ENODATA);
    }

    private Need TakeOutOfPipe()
    {
        Span<byte> buffer = Buffer();
        Errno errno = Interop.Read(_pipe!.ReadHandle, buffer[..(int)Math.Min(_inPipe, buffer.Length)], null, out long count);
        if (errno != Errno.None || count == 0)
        {
            LoseUnreadable();
            return Fail(_source, errno == Errno.None ? Errno.ENODATA : errno);
        }

        _inPipe -= count;
        _ahead = _buffer.AsMemory(0, (int)count);
        return Need.Nothing;
    }

    private Need PutIntoPipe()
    {
        Errno errno = Interop.Write(_pipe!.WriteHandle, _ahead.Span, null, out long count);
        if (errno != Errno.None)
        {
            return Fail(_destination, errno);
        }

        _ahead = _ahead[(int)count..];
        _inPipe = count;
        _pipeIsFirst = true;
        return Need.Nothing;
    }

    private Need DrainMemory(bool isWoken)
    {
        Errno errno = _destination.Write(_ahead.Span[..(int)Math.Min(_ahead.Length, ShareOfTurn)], out long count);
        if (errno == Errno.EAGAIN)
        {
            _idleWakeUps += isWoken ? 1 : 0;
            return Need.Destination;
        }

        if (errno != Errno.None || count == 0)
        {
            return Fail(_destination, errno == Errno.None ? Errno.EIO : errno);
        }

        _ahead = _ahead[(int)count..];
        CountWritten(count, TransferPath.ReadWrite);
        return !_ahead.IsEmpty && !_destination.Blocks ? Need.Destination : Need.Nothing;
    }

    private void LoseUnreadable()
    {
        _source.StepBack(_inPipe);
        _read -= _inPipe;
        _remaining += _inPipe;
        _options.Counters?.AddRead(-_inPipe);
        _inPipe = 0;
        ReturnPipe(isEmpty: false);
    }
}
