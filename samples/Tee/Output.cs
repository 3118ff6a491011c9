using Microsoft.Win32.SafeHandles;
using ZeroCopy;

namespace TeeSample;

/// <summary>Standard output or a file: takes bytes from a pipe by splice(2), or by reading and writing where it cannot be spliced to.</summary>
internal sealed class Output(string name, SafeFileHandle handle) : IDisposable
{
    private bool _canSplice = true;

    public string Name => name;

    public SafeFileHandle Handle => handle;

    /// <summary>Whether it was opened here, and is to be closed here.</summary>
    public bool IsFile { get; init; }

    /// <summary>The pipe that this output's duplicates go through; none for a pipe that is teed into directly, and for the last output.</summary>
    public Pipe? Duplicates { get; set; }

    /// <summary>Moves exactly <paramref name="count"/> bytes from the pipe to this output.</summary>
    /// <param name="buffer">Where bytes pass through that cannot be spliced.</param>
    /// <returns>How many bytes are still in the pipe, and the error that left them there.</returns>
    public (long Left, Errno Errno) Take(Pipe pipe, long count, Span<byte> buffer)
    {
        while (count > 0 && _canSplice)
        {
            Errno errno = Splice.TryMove(pipe.ReadHandle, handle, count, SpliceFlags.None, out long moved);
            count -= moved;
            switch (errno)
            {
                case Errno.None:
                    break;
                case Errno.EAGAIN:
                    Libc.Wait(handle, Libc.POLLOUT);
                    break;
                case Errno.EINVAL or Errno.ENOSYS or Errno.EOPNOTSUPP or Errno.EPERM:
                    _canSplice = false;
                    break;
                default:
                    return (count, errno);
            }
        }

        while (count > 0)
        {
            Errno errno = Libc.Read(pipe.ReadHandle, buffer[..(int)Math.Min(buffer.Length, count)], out int got);
            count -= Math.Max(got, 0);
            errno = errno == Errno.None ? Write(buffer[..got]) : errno;
            if (errno != Errno.None)
            {
                return (count, errno);
            }
        }

        return (0, Errno.None);
    }

    /// <summary>Writes all of the bytes.</summary>
    public Errno Write(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            Errno errno = Libc.Write(handle, bytes, out int written);
            if (errno == Errno.EAGAIN)
            {
                Libc.Wait(handle, Libc.POLLOUT);
            }
            else if (errno != Errno.None)
            {
                return errno;
            }
            else
            {
                bytes = bytes[written..];
            }
        }

        return Errno.None;
    }

    /// <summary>Closes a file, and reports what a network file system or a quota says only then.</summary>
    public Errno Close() => Libc.Close(handle);

    public void Dispose()
    {
        Duplicates?.Dispose();
        handle.Dispose();
    }
}
