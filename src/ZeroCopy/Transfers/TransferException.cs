namespace ZeroCopy;

/// <summary>A transfer failed, and this is how far it came.</summary>
/// <remarks>
/// Every byte is accounted for: the length of the prefix and <see cref="BytesRead"/> together are <see cref="BytesWritten"/> and the length of
/// <see cref="Undelivered"/> together. <see cref="Exception.InnerException"/> is the <see cref="ErrnoException"/> of the call that failed, or the
/// <see cref="ObjectDisposedException"/> where an end was disposed. <see cref="Exception.HResult"/> is the error number. What is
/// undelivered is memory of its own, which may be kept.
/// </remarks>
/// <example>
/// <code>
/// try
/// {
///     await Transfer.CopyAsync(source, first);
/// }
/// catch (TransferException e) when (e.Side == TransferSide.Destination)
/// {
///     // What was read and not delivered goes first, then the rest of the source.
///     await Transfer.CopyAsync(source, second, e.Resume);
/// }
/// </code>
/// </example>
public sealed class TransferException : IOException
{
    internal TransferException(string message, Errno errno, TransferSide side, CopyProgress progress, Exception inner)
        : base(message, inner)
    {
        HResult = (int)errno;
        Errno = errno;
        Side = side;
        BytesRead = progress.BytesRead;
        BytesWritten = progress.BytesWritten;
        Undelivered = progress.Undelivered;
        Resume = progress.Resume;
    }

    /// <summary>The error number; EBADF where an end was disposed.</summary>
    public Errno Errno { get; }

    /// <summary>Which end failed.</summary>
    public TransferSide Side { get; }

    /// <summary>The bytes taken from the source.</summary>
    public long BytesRead { get; }

    /// <summary>The bytes delivered to the destination, with those of the prefix.</summary>
    public long BytesWritten { get; }

    /// <summary>What was taken from the source, or given as the prefix, and was not delivered.</summary>
    public ReadOnlyMemory<byte> Undelivered { get; }

    /// <summary>
    /// What the copy was called with, changed so that a copy with it continues exactly where this one stopped: its prefix is <see cref="Undelivered"/>,
    /// its length what is left, its offsets moved on.
    /// </summary>
    public CopyOptions Resume { get; }
}
