namespace ZeroCopy;

/// <summary>What a copy has done that went well.</summary>
/// <remarks>Immutable, and safe to share between threads.</remarks>
public sealed class CopyResult
{
    internal CopyResult(long bytesCopied, TransferPath path, Errno fallbackErrno, TransferStatistics statistics)
    {
        BytesCopied = bytesCopied;
        Path = path;
        FallbackErrno = fallbackErrno;
        Statistics = statistics;
    }

    /// <summary>The bytes of the source, all of which were delivered. A prefix is not among them.</summary>
    public long BytesCopied { get; }

    /// <summary>All ways that these bytes took.</summary>
    public TransferPath Path { get; }

    /// <summary>
    /// Why a faster way was not taken, or not to the end: the last error number for which the copy changed over to a slower one, such as EINVAL for a file
    /// that appends or cannot be spliced, ENOSYS or EPERM of a sandbox, EXDEV between file systems, EMFILE where no pipe was to be had.
    /// <see cref="Errno.None"/> where none was refused.
    /// </summary>
    public Errno FallbackErrno { get; }

    /// <summary>How it went.</summary>
    public TransferStatistics Statistics { get; }
}
