namespace ZeroCopy;

/// <summary>What became of one sink of a fan-out, or of the tap of a relay.</summary>
/// <remarks>
/// Every byte that was read for it is accounted for: <see cref="BytesDelivered"/> and the length of <see cref="Undelivered"/> together reach, from the first
/// byte of the prefix, to where the sink was detached or the transfer ended. Immutable, and safe to share between threads; what is undelivered is memory
/// of its own, which may be kept.
/// </remarks>
public sealed class SinkResult
{
    internal SinkResult(long bytesDelivered, ErrnoException? error, byte[] undelivered, TransferPath path, Errno fallbackErrno)
    {
        BytesDelivered = bytesDelivered;
        Error = error;
        Undelivered = undelivered;
        Path = path;
        FallbackErrno = fallbackErrno;
    }

    /// <summary>The bytes that it took, with those of the prefix.</summary>
    public long BytesDelivered { get; }

    /// <summary>
    /// Why it was detached: an error number as of a destination of <see cref="Transfer.Copy"/>; EBADF where it was disposed; ETIMEDOUT also where it took no
    /// byte for as long as it may. Null where it was not.
    /// </summary>
    public ErrnoException? Error { get; }

    /// <summary>What was read for it and not taken by it until then. Empty where it has everything.</summary>
    public ReadOnlyMemory<byte> Undelivered { get; }

    /// <summary>All ways that its bytes took: with <see cref="TransferPath.Splice"/> alone they never left the kernel.</summary>
    public TransferPath Path { get; }

    /// <inheritdoc cref="CopyResult.FallbackErrno"/>
    public Errno FallbackErrno { get; }
}
