using Microsoft.Win32.SafeHandles;
using ZeroCopy;

namespace TeeSample;

/// <summary>
/// The loop: fill a pipe of our own from the input, tee(2) it to every output but the last, and splice(2) it to the last, which consumes it.
/// The pipe is filled only when it is empty, so that EAGAIN can only mean that the input is not ready; and since it is ours, a call that waits
/// on a socket or a terminal locks nobody else's pipe.
/// </summary>
internal sealed class Copier(SafeFileHandle input, OutputSet outputs) : IDisposable
{
    /// <summary>As much as an unprivileged user may give a pipe: from a file, the larger the round the fewer the calls.</summary>
    private const int Capacity = 1024 * 1024;

    private const int ExitCodeOfSigPipe = 128 + 13;

    /// <summary>As much as GNU cat reads at a time.</summary>
    private readonly byte[] _buffer = new byte[128 * 1024];

    private Pipe? _source;
    private Output? _direct;
    private long _copied;

    /// <summary>How many bytes of the input are done with. Readable from any thread.</summary>
    public long Copied => Volatile.Read(ref _copied);

    public int Run()
    {
        try
        {
            if (Libc.IsInherited(input))
            {
                Prepare();
                Copy();
            }
            else
            {
                outputs.Report("read error", Errno.EBADF);
            }

            outputs.Close();
            return outputs.ExitCode;
        }
        catch (ErrnoException e) when (e.Errno == Errno.EPIPE)
        {
            return ExitCodeOfSigPipe;
        }
    }

    public void Dispose() => _source?.Dispose();

    /// <summary>
    /// Opens the pipes. An output that is a pipe itself is teed into directly; one such may be, the first, since it alone may take less than there
    /// is. The other pipes get the same capacity as the source, or the source theirs: then a duplicate of a whole round always fits.
    /// </summary>
    private void Prepare()
    {
        try
        {
            if (outputs.Open.IsEmpty)
            {
                return;
            }

            _source = new Pipe(Capacity);
            Output first = outputs.Open[0];
            switch (Tee.TryDuplicate(_source.ReadHandle, first.Handle, 1, SpliceFlags.NonBlock, out _))
            {
                case Errno.EAGAIN:
                    _direct = first;
                    break;
                case Errno.ENOSYS or Errno.EPERM or Errno.EOPNOTSUPP:
                    CopyFromNowOn();
                    return;
            }

            foreach (Output output in outputs.Open.Where(output => output != _direct && output != outputs.Open[^1]))
            {
                output.Duplicates = new Pipe(Capacity);
                _source.Capacity = Math.Min(_source.Capacity, output.Duplicates.Capacity);
            }
        }
        catch (ErrnoException e) when (e.Errno is Errno.EMFILE or Errno.ENFILE or Errno.ENOSYS or Errno.EPERM or Errno.ENOMEM)
        {
            CopyFromNowOn();
        }
    }

    private void Copy()
    {
        while (outputs.Open.Length > 0)
        {
            Errno errno = Fill(out long filled);
            if (errno == Errno.None && filled > 0)
            {
                Deliver(filled);
                continue;
            }

            // A 0 is the end of a terminal's input. Of others it may be urgent data in a socket, or a file that only read(2) knows the end of.
            int got = 0;
            if (errno == Errno.None && (_source is null || Console.IsInputRedirected))
            {
                errno = Read(out got);
            }

            if (errno != Errno.None)
            {
                outputs.Report("read error", errno);
                return;
            }

            if (got == 0)
            {
                return;
            }

            Write(_buffer.AsSpan(0, got));
            _copied += got;
        }
    }

    /// <summary>Splices what the input has into the empty source pipe. Where the input cannot be spliced, that ends zero-copy for good.</summary>
    /// <returns>0 bytes for the end, for an input that read(2) has to be tried on, and where nothing is spliced.</returns>
    private Errno Fill(out long filled)
    {
        filled = 0;
        if (_source is null)
        {
            return Errno.None;
        }

        Errno errno = Splice.TryMove(input, _source.WriteHandle, Capacity, SpliceFlags.None, out filled);
        if (errno == Errno.EAGAIN)
        {
            // Urgent data makes a socket ready that has nothing to splice: once more, and then read.
            Libc.Wait(input, Libc.POLLIN);
            errno = Splice.TryMove(input, _source.WriteHandle, Capacity, SpliceFlags.None, out filled);
            errno = errno == Errno.EAGAIN ? Errno.None : errno;
        }

        if (errno is Errno.EINVAL or Errno.ENOSYS or Errno.EOPNOTSUPP or Errno.EPERM)
        {
            CopyFromNowOn();
            errno = Errno.None;
        }

        return errno;
    }

    /// <summary>Brings the bytes in the source pipe to every output, in rounds of what the direct one takes.</summary>
    private void Deliver(long filled)
    {
        while (filled > 0)
        {
            long round = filled;
            if (_direct is not null && outputs.Open.Length > 1)
            {
                round = DuplicateTo(_direct, _direct.Handle, filled);
                round = round == 0 ? filled : round;
            }

            foreach (Output output in outputs.Open)
            {
                if (output == outputs.Open[^1])
                {
                    Discard(Take(output, _source!, round));
                }
                else if (output != _direct && DuplicateTo(output, output.Duplicates!.WriteHandle, round) is long duplicated and > 0)
                {
                    if (duplicated != round)
                    {
                        throw new InvalidOperationException("tee(2) came up short into an empty pipe of the same capacity.");
                    }

                    Take(output, output.Duplicates, round);
                }
            }

            filled -= round;
            _copied += round;
        }
    }

    /// <summary>Duplicates from the source pipe, waiting for room.</summary>
    /// <returns>0 when the output failed.</returns>
    private long DuplicateTo(Output output, SafeFileHandle pipe, long count)
    {
        Errno errno;
        long duplicated;
        while ((errno = Tee.TryDuplicate(_source!.ReadHandle, pipe, count, SpliceFlags.None, out duplicated)) == Errno.EAGAIN)
        {
            Libc.Wait(pipe, Libc.POLLOUT);
        }

        if (errno != Errno.None)
        {
            Fail(output, errno);
        }

        return duplicated;
    }

    private long Take(Output output, Pipe pipe, long count)
    {
        (long left, Errno errno) = output.Take(pipe, count, _buffer);
        if (errno != Errno.None)
        {
            Fail(output, errno);
        }

        return left;
    }

    private void Fail(Output output, Errno errno)
    {
        _direct = output == _direct ? null : _direct;
        outputs.Fail(output, errno);
    }

    /// <summary>Takes bytes out of the source pipe that its consumer failed to take: everybody else has them.</summary>
    private void Discard(long count)
    {
        while (count > 0)
        {
            Errno errno = Libc.Read(_source!.ReadHandle, _buffer.AsSpan(0, (int)Math.Min(_buffer.Length, count)), out int got);
            count -= errno == Errno.None ? got : throw new ErrnoException(errno, "read");
        }
    }

    private Errno Read(out int got)
    {
        Errno errno;
        while ((errno = Libc.Read(input, _buffer, out got)) == Errno.EAGAIN)
        {
            Libc.Wait(input, Libc.POLLIN);
        }

        return errno;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        foreach (Output output in outputs.Open)
        {
            Errno errno = output.Write(bytes);
            if (errno != Errno.None)
            {
                Fail(output, errno);
            }
        }
    }

    private void CopyFromNowOn()
    {
        foreach (Output output in outputs.Open)
        {
            output.Duplicates?.Dispose();
            output.Duplicates = null;
        }

        _source?.Dispose();
        _source = null;
    }
}
