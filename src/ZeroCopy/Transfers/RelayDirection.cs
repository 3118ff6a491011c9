namespace ZeroCopy;

/// <summary>What became of one direction of a relay.</summary>
/// <remarks>
/// Every byte is accounted for: the length of the prefix and <see cref="BytesRead"/> together are <see cref="BytesWritten"/> and the length of
/// <see cref="Undelivered"/> together. Immutable, and safe to share between threads; what is undelivered is memory of its own, which may be kept.
/// </remarks>
public sealed class RelayDirection
{
    internal RelayDirection(
        long bytesRead, long bytesWritten, Errno error, TransferSide? side, byte[] undelivered, TransferPath path, Errno fallbackErrno, TransferStatistics statistics)
    {
        BytesRead = bytesRead;
        BytesWritten = bytesWritten;
        Error = error;
        Side = side;
        Undelivered = undelivered;
        Path = path;
        FallbackErrno = fallbackErrno;
        Statistics = statistics;
    }

    /// <summary>The bytes taken from the side that it reads. A prefix is not among them.</summary>
    public long BytesRead { get; }

    /// <summary>The bytes given to the side that it writes to, with those of the prefix.</summary>
    public long BytesWritten { get; }

    /// <summary>
    /// What broke it: an error number as of <see cref="Transfer.Copy"/>, EBADF where a side was disposed. <see cref="Errno.None"/> where it came to its end,
    /// and where it was only stopped, for a limit, or because the other direction found its reader broken.
    /// </summary>
    public Errno Error { get; }

    /// <summary>Which of its ends broke; null where <see cref="Error"/> is <see cref="Errno.None"/>.</summary>
    public TransferSide? Side { get; }

    /// <summary>What was read, or given as the prefix, and was not written. Empty where it came to its end.</summary>
    public ReadOnlyMemory<byte> Undelivered { get; }

    /// <inheritdoc cref="CopyResult.Path"/>
    public TransferPath Path { get; }

    /// <inheritdoc cref="CopyResult.FallbackErrno"/>
    public Errno FallbackErrno { get; }

    /// <inheritdoc cref="CopyResult.Statistics"/>
    public TransferStatistics Statistics { get; }

    /// <summary>What became of the tap; null where there was none.</summary>
    public SinkResult? Tap { get; internal init; }
}
