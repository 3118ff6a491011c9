namespace ZeroCopy;

/// <summary>What a copy between two ends would do here, as <see cref="Transfer.Explain"/> has found out.</summary>
/// <remarks>Immutable, and safe to share between threads. It refers to neither end.</remarks>
public sealed class TransferPlan
{
    internal TransferPlan(EndpointKind source, EndpointKind destination, TransferPath path, Errno fallbackErrno, int pipeCapacity, string reason)
    {
        Source = source;
        Destination = destination;
        Path = path;
        FallbackErrno = fallbackErrno;
        PipeCapacity = pipeCapacity;
        Reason = reason;
    }

    /// <summary>What the source is.</summary>
    public EndpointKind Source { get; }

    /// <summary>What the destination is.</summary>
    public EndpointKind Destination { get; }

    /// <summary>
    /// The ways that the bytes would take, as <see cref="CopyResult.Path"/>; <see cref="TransferPath.None"/> where there is nothing to copy, or it would fail.
    /// From socket to socket, small messages are read and sent whatever it says.
    /// </summary>
    public TransferPath Path { get; }

    /// <summary>Why a faster way is not taken, as <see cref="CopyResult.FallbackErrno"/>; <see cref="Errno.None"/> where none is refused.</summary>
    public Errno FallbackErrno { get; }

    /// <summary>
    /// The capacity of the pipe between the two that a copy would begin with, in bytes; 0 where it needs none. While the source has much to give, a copy
    /// changes over to a larger one.
    /// </summary>
    public int PipeCapacity { get; }

    /// <summary>Why that way is taken, in English words, for people to read.</summary>
    public string Reason { get; }

    /// <summary>All of it in a line, for people to read.</summary>
    /// <returns>Such as <c>Pipe to File: Splice, through a pipe of 65536 bytes: the source is spliced; the destination is spliced to</c>.</returns>
    public override string ToString()
    {
        string pipe = PipeCapacity > 0 ? FormattableString.Invariant($", through a pipe of {PipeCapacity} bytes") : string.Empty;
        return $"{Source} to {Destination}: {Path}{pipe}: {Reason}";
    }
}
