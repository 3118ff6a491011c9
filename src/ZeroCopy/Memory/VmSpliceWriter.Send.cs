using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy;

/// <content>The way of the bytes into the pipe, by calls that do not wait.</content>
public sealed partial class VmSpliceWriter
{
    /// <summary>What is less is copied: a mapping takes a slot for each page, and is dearer than a copy up to here, by our measurement.</summary>
    private const int SmallestMapping = 16 * 1024;

    /// <summary>What is more is mapped by several calls: each keeps the pipe locked, and a reader that waits for that has nothing to do meanwhile.</summary>
    private const int MostAtOnce = 256 * 1024;

    /// <summary>A description of one's own of the pipe, which is non-blocking, for copies that must not wait. Only during a flush: the reader would wait for its end.</summary>
    private SafeFileHandle? _reopened;
    private bool _cannotReopen;

    /// <summary>Sends until nothing is unflushed, or the pipe takes no more.</summary>
    private Errno Send(bool copies)
    {
        // Somebody may have disposed it while a flush was waiting: its pages are zeroes now.
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _room = 0;
        Errno errno = Errno.None;
        while (_start < _end && errno == Errno.None)
        {
            errno = copies || IsCopying ? Write() : Map();
        }

        if (_start == _end)
        {
            _start = _end = _copiedFrom;
        }

        return errno;
    }

    private unsafe Errno Map()
    {
        // SAFETY: the bytes are not written to any more before their pages are given up, or, where the reader copies, their bytes have left the pipe.
        IOVector segment = new(_pages.Region.At(_start), (nuint)Math.Min(UnflushedBytes, MostAtOnce - (_start % Environment.SystemPageSize)));
        Errno errno = Interop.VmSplice(_pipe, &segment, 1, SpliceFlags.NonBlock, out long mapped);
        if (errno is Errno.EINVAL or Errno.EOPNOTSUPP or Errno.ENOSYS or Errno.EPERM)
        {
            Copy(errno);
            return Errno.None;
        }

        _start += (int)mapped;
        _copiedFrom = _start;
        Volatile.Write(ref _mapped, _mapped + mapped);
        Leave(_start - (_start % _segment));
        return errno;
    }

    private Errno Write()
    {
        SafeHandle target = _pipe;
        int count = UnflushedBytes;
        if (!Interop.IsNonBlocking(_pipe))
        {
            // Whatever poll calls ready takes a page without waiting: good enough for a few of them.
            target = (count > SmallestMapping ? Reopened() : null) ?? _pipe;
            if (target == _pipe && !HasRoom(milliseconds: 0))
            {
                return Errno.EAGAIN;
            }

            count = target == _pipe ? Math.Min(count, Environment.SystemPageSize) : count;
        }

        Errno errno = Interop.Write(target, _pages.GetSpan().Slice(_start, count), offset: null, out long written);
        _start += (int)written;
        Volatile.Write(ref _copied, _copied + written);
        return errno;
    }

    /// <summary>Other processes share the flags of the pipe, so that it must not be made non-blocking itself.</summary>
    /// <returns>Null where it cannot be opened once more: it is another user's, or has no reader.</returns>
    private SafeFileHandle? Reopened()
    {
        if (_reopened is null && !_cannotReopen)
        {
            SafeFileHandle opened = new();
            if (Interop.Reopen(_pipe, Interop.O_WRONLY, opened) == Errno.None)
            {
                _reopened = opened;
            }
            else
            {
                _cannotReopen = true;
                opened.Dispose();
            }
        }

        return _reopened;
    }

    private void CloseReopened()
    {
        _reopened?.Dispose();
        _reopened = null;
        _cannotReopen = false;
    }

    /// <summary>Asks poll whether a page can be written without waiting, for so many milliseconds at most.</summary>
    /// <exception cref="ErrnoException">It cannot be asked. To try without it would be to wait in the call, or to spin.</exception>
    private bool HasRoom(int milliseconds)
    {
        Errno errno = Interop.Poll([(int)(_reopened ?? _pipe).DangerousGetHandle()], Interop.POLLOUT, milliseconds, out ulong ready);
        return errno is Errno.None or Errno.EINTR ? ready != 0 : throw new ErrnoException(errno, "poll");
    }
}
