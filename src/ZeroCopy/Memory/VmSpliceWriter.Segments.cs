namespace ZeroCopy;

/// <content>The memory, segment by segment: when each may be written to, and what becomes of it when it was handed over.</content>
public sealed partial class VmSpliceWriter
{
    /// <summary>Goes back to the start of the region. Nothing is unflushed.</summary>
    private void StartOver()
    {
        Leave(_end);
        _start = _end = _copiedFrom = _entered = _left = 0;
        SetTurn();
    }

    /// <summary>Where pages are used again, after four full pipes, so that asking what was read is rare. A reader may have changed the pipe's size.</summary>
    private void SetTurn() =>
        _turn = Mode == VmSpliceMode.CopyingReader && Interop.GetPipeSize(_pipe, out long capacity) == Errno.None
            ? (int)Math.Clamp(4 * capacity, 4 * SmallSegment, MaxUnflushedBytes) : MaxUnflushedBytes;

    /// <summary>Makes the next segment one that may be written to.</summary>
    private void Enter()
    {
        if (Mode == VmSpliceMode.AnyReader)
        {
            if (!IsCopying && !_pages.Region.TryTouchHugePage(_entered, _segment))
            {
                Copy(Errno.None);
            }

            _entered = IsCopying ? RegionSize : _entered + _segment;
            return;
        }

        // Also where everything is copied by now: what was mapped before that may still be in the pipe.
        ref long sentWhenLeft = ref _sentWhenLeft[_entered / _segment];
        if (!IsRead(sentWhenLeft))
        {
            _pages.Region.Retire(_entered, _entered + _segment);
        }

        sentWhenLeft = 0;
        _entered += _segment;
    }

    /// <summary>Whether all was read that was sent up to a point, by whoever reads the pipe.</summary>
    private bool IsRead(long sent)
    {
        if (_read < sent && Interop.GetBytesAvailable(_pipe, out int unread) == Errno.None)
        {
            _read = Math.Max(_read, Sent - unread);
        }

        return _read >= sent;
    }

    /// <summary>Gives segments up that were handed over.</summary>
    private void Leave(int upTo)
    {
        for (; _left < upTo; _left += _segment)
        {
            if (Mode == VmSpliceMode.AnyReader)
            {
                _pages.Region.Retire(_left, _left + _segment);
            }
            else
            {
                _sentWhenLeft[_left / _segment] = Sent;
            }
        }
    }
}
