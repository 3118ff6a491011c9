namespace ZeroCopy;

/// <content>From the source into an empty pipe, or into the buffer.</content>
internal sealed partial class CopyPump
{
    private Need Fill()
    {
        bool isWoken = _wokenFor == Need.Source;
        _wokenFor = Need.Nothing;
        if (_source.Copies)
        {
            _idleWakeUps += isWoken ? 1 : 0;
            return FillBuffer();
        }

        bool othersAreInAHurry = _loop?.HasManyInAHurry == true;
        if (_pipe is not null && _pipes.WantsAnother(othersAreInAHurry))
        {
            ReturnPipe(isEmpty: true);
        }

        if (_pipe is null && _pipes.TryRent(othersAreInAHurry, out _pipe) is var refusal and not Errno.None)
        {
            return FillWithoutPipe(refusal);
        }

        Errno errno = _source.SpliceInto(_pipe!, Check.Length(Allowed), out long moved);
        if (errno == Errno.None && moved > 0)
        {
            // Less than the pipe holds is all that there was, most likely; to wait is cheaper than to be told so.
            _sourceIsDry = moved < _pipe!.LentCapacity && _source.TellsTheEnd;
            _inPipe = moved;
            Count(moved, TransferPath.Splice);
            _statistics.PipeCapacity = Math.Max(_statistics.PipeCapacity, _pipe.LentCapacity);
            _pipes.Learn(_pipe, moved);
            return Need.Nothing;
        }

        return errno switch
        {
            Errno.None => ConfirmEnd(),
            Errno.EAGAIN when isWoken => LookCloser(),
            Errno.EAGAIN => Need.Source,
            _ when Refuses(errno) && (!_source.HasSpliced || _source.Kind == SideKind.Terminal) => CopyFromSource(errno),
            _ => Fail(_source, errno),
        };
    }

    /// <summary>
    /// Zero is the end of a pipe or a terminal. A socket gives it for urgent data too, with bytes behind it, and a file system may know less of a file's
    /// length than the file: a read tells.
    /// </summary>
    private Need ConfirmEnd()
    {
        if (_source.IsSocket || _source.Kind == SideKind.File)
        {
            return FillBuffer();
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
        _idleWakeUps++;
        return _source.IsSocket ? FillBuffer()
            : _idleWakeUps == MostIdleWakeUps ? CopyFromSource(Errno.EAGAIN)
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
        if (_source.Kind == SideKind.Pipe)
        {
            return CopyFromSource(errno);
        }

        _fallback = errno;
        return FillBuffer();
    }

    private Need FillBuffer()
    {
        Span<byte> buffer = Buffer();
        Errno errno = _source.Read(buffer[..(int)Math.Min(Allowed, buffer.Length)], out long count);
        switch (errno)
        {
            case Errno.None when count > 0:
                _sourceIsDry = count < buffer.Length && _source.TellsTheEnd;
                _ahead = _buffer.AsMemory(0, (int)count);
                Count(count, TransferPath.ReadWrite);
                return Need.Nothing;

            case Errno.None:
                ThrowIfOrphaned();
                _hasEnded = true;
                return _source.IsSocket && SocketFaults.Of(_source.Handle) is var fault and not Errno.None ? Fail(_source, fault) : Need.Nothing;

            case Errno.EAGAIN:
                return Need.Source;

            default:
                return Fail(_source, errno);
        }
    }

    /// <summary>From file to file, as long as the kernel does it all.</summary>
    private Need CopyRange()
    {
        Errno errno = _source.CopyRangeTo(_destination, Math.Min(Allowed, ShareOfTurn), out long copied);
        if (errno == Errno.None && copied > 0)
        {
            Count(copied, TransferPath.CopyFileRange);
            CountWritten(copied, TransferPath.CopyFileRange);
            return Need.Nothing;
        }

        bool isFirst = !_path.HasFlag(TransferPath.CopyFileRange);
        if (isFirst && (errno is Errno.None or Errno.EXDEV or Errno.EBADF || Refuses(errno)))
        {
            // A first zero too: files without a length, as in /proc, have bytes nevertheless.
            _triesCopyRange = false;
            _fallback = errno;
            return Need.Nothing;
        }

        if (errno == Errno.None)
        {
            _hasEnded = true;
            return Need.Nothing;
        }

        return Fail(errno is Errno.ENOSPC or Errno.EDQUOT or Errno.EFBIG or Errno.EPERM or Errno.EROFS ? _destination : _source, errno);
    }
}
