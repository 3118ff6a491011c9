namespace ZeroCopy;

/// <content>From the source into an empty pipe, or into the buffer.</content>
internal sealed partial class Pump
{
    /// <summary>The most that is moved together. More makes others of the loop wait for longer, and a reader's cache forget what it was sent.</summary>
    private const long MostInPipe = 4 * 1024 * 1024;

    /// <summary>Up to so many bytes a copy through memory takes less than a splice into a pipe and one out of it.</summary>
    private const int MostInMessage = 8 * 1024;

    /// <summary>An error of the source that was told when there was still something to deliver.</summary>
    private Errno _latched;

    /// <summary>Whether what came last was a message so small, from socket to socket, that the next one is read.</summary>
    private bool _isChatting;

    private Need Fill()
    {
        if (_latched != Errno.None)
        {
            return Fail(_inlet, _latched);
        }

        bool isWoken = _inlet.TakeWakeUp();
        if (_source.Copies || _isChatting)
        {
            _inlet.IdleWakeUps += isWoken ? 1 : 0;
            return FillBuffer(_source.Copies ? BufferSize : MostInMessage);
        }

        Errno refusal = RentPipes();
        if (refusal != Errno.None)
        {
            return FillWithoutPipe(refusal);
        }

        Pipe pipe = _live[^1].Pipe!;
        Errno errno = _source.SpliceInto(pipe, Check.Length(Allowed), out long moved);
        if (errno == Errno.None && moved > 0)
        {
            // Less than the pipe holds is all that there was, most likely; to wait is cheaper than to be told so.
            _sourceIsDry = moved < pipe.LentCapacity && _source.TellsTheEnd;
            if (_source.IsSocket && !_sourceIsDry && PipeSupply.IsLarge(pipe) && !Array.Exists(_live, static outlet => outlet.Side.Blocks))
            {
                moved = FillSlots(pipe, moved);
            }

            CountRead(moved, TransferPath.Splice);
            _statistics.PipeCapacity = Math.Max(_statistics.PipeCapacity, pipe.LentCapacity);
            _pipes.Learn(pipe, moved);
            _isChatting = moved < MostInMessage && IsBetweenSockets;
            _live[^1].LoadPipe(moved);
            return _live.Length == 1 ? Need.Nothing : Duplicate(moved);
        }

        return errno switch
        {
            Errno.None => ConfirmEnd(),
            Errno.EAGAIN when isWoken => LookCloser(),
            Errno.EAGAIN => Need.Source,
            _ when Refuses(errno) => CopyFromSource(errno),
            _ => Fail(_inlet, errno),
        };
    }

    /// <summary>
    /// Fills what is left of the slots. A call moves a page for each that is free at most, and what a socket has received may have many pages in one slot: what
    /// is moved together costs less, but for a file, which has the bytes copied while they are in the cache. Whatever stops this but an error is found out when
    /// the pipe is empty again.
    /// </summary>
    /// <returns>How many bytes the pipe has now.</returns>
    private long FillSlots(Pipe pipe, long filled)
    {
        long moved = filled;
        try
        {
            while (moved >= pipe.LentCapacity / 2 && filled < MostInPipe && filled < Allowed && _loop?.HasManyInAHurry != true)
            {
                Errno errno = _source.SpliceInto(pipe, Check.Length(Allowed - filled), out moved);
                filled += moved;
                if (errno is not (Errno.None or Errno.EAGAIN) && !Refuses(errno))
                {
                    // It is told once; and what came before it is still to be delivered.
                    _source.Remember(errno);
                    _latched = errno;
                }
            }
        }
        catch (ObjectDisposedException)
        {
            // The next turn sees that too, when what is in the pipe is accounted for.
        }

        return filled;
    }

    /// <summary>
    /// Zero is the end of a pipe or a terminal. A socket gives it for urgent data too, with bytes behind it, and a file system may know less of a file's
    /// length than the file: a read tells.
    /// </summary>
    private Need ConfirmEnd()
    {
        if (_source.IsSocket || IsFromFile)
        {
            return FillBuffer(BufferSize);
        }

        _hasEnded = true;
        return Need.Nothing;
    }

    /// <summary>
    /// The source was called readable, but not a byte could be spliced. Urgent data stands in the way of a splice and not of a recv. Elsewhere it may be
    /// that another reader was faster, which does not go on for ever.
    /// </summary>
    private Need LookCloser()
    {
        _inlet.IdleWakeUps++;
        return _source.IsSocket ? FillBuffer(BufferSize)
            : _inlet.IdleWakeUps == Port.MostIdleWakeUps ? CopyFromSource(Errno.EAGAIN)
            : Need.Source;
    }

    private Need CopyFromSource(Errno errno)
    {
        _fallback = errno;
        _source.UseCopying();
        return Need.Nothing;
    }

    /// <summary>There may be pipes again for the next fill. A pipe as the source has to be prepared to be read, and so is read from then on.</summary>
    private Need FillWithoutPipe(Errno errno)
    {
        if (_source.Kind == EndpointKind.Pipe)
        {
            return CopyFromSource(errno);
        }

        _fallback = errno;
        return FillBuffer(BufferSize);
    }

    private Need FillBuffer(int size)
    {
        Span<byte> buffer = Buffer()[..size];
        Errno errno = _source.Read(buffer[..(int)Math.Min(Allowed, size)], out long count);
        switch (errno)
        {
            case Errno.None when count > 0:
                _isChatting &= count < size;
                _sourceIsDry = count < buffer.Length && _source.TellsTheEnd;
                CountRead(count, TransferPath.ReadWrite);
                foreach (Outlet outlet in _live)
                {
                    outlet.Load(_buffer.AsMemory(0, (int)count));
                }

                return Need.Nothing;

            case Errno.None:
                Errno fault = _source.WhyEnded();
                _hasEnded = fault == Errno.None;
                return _hasEnded ? Need.Nothing : Fail(_inlet, fault);

            case Errno.EAGAIN:
                return Need.Source;

            default:
                return Fail(_inlet, errno);
        }
    }

    /// <summary>From file to file, as long as the kernel does it all.</summary>
    private Need CopyRange()
    {
        Outlet outlet = _outlets[0];
        Errno errno = _source.CopyRangeTo(outlet.Side, Math.Min(Allowed, ShareOfTurn), out long copied);
        if (errno == Errno.None && copied > 0)
        {
            CountRead(copied, TransferPath.CopyFileRange);
            outlet.CountCopied(copied);
            return Need.Nothing;
        }

        bool isFirst = !_path.HasFlag(TransferPath.CopyFileRange);
        if (isFirst && RefusesRange(errno))
        {
            _triesCopyRange = false;
            _fallback = errno;
            return Need.Nothing;
        }

        if (errno == Errno.None)
        {
            _hasEnded = true;
            return Need.Nothing;
        }

        return Fail(errno is Errno.ENOSPC or Errno.EDQUOT or Errno.EFBIG or Errno.EPERM or Errno.EROFS ? outlet : _inlet, errno);
    }

    /// <summary>Whether the kernel does not do it, at first. A zero too: files without a length, as in /proc, have bytes nevertheless.</summary>
    private static bool RefusesRange(Errno errno) => errno is Errno.None or Errno.EXDEV or Errno.EBADF || Refuses(errno);
}
