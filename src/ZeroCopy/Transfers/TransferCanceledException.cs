namespace ZeroCopy;

/// <summary>A transfer was cancelled, and this is how far it came.</summary>
/// <remarks>
/// Every byte is accounted for: the length of the prefix and <see cref="BytesRead"/> together are <see cref="BytesWritten"/> and the length of
/// <see cref="Undelivered"/> together; of a relay, in each direction of <see cref="Relay"/>; of a fan-out, for each sink of <see cref="FanOut"/>. Await the
/// task to get this: <c>Task.Wait</c> and <c>Task.Result</c> make an exception of their own of a cancellation, without any of it.
/// </remarks>
/// <example>
/// <code>
/// try
/// {
///     await Transfer.CopyAsync(source, destination, options, cancellationToken);
/// }
/// catch (TransferCanceledException e)
/// {
///     // Later, with a new token: not a byte is lost, and none comes twice.
///     return e.Resume!;
/// }
/// </code>
/// </example>
public sealed class TransferCanceledException : OperationCanceledException
{
    internal TransferCanceledException(string message, CopyProgress progress, CancellationToken cancellationToken)
        : base(message, cancellationToken)
    {
        BytesRead = progress.BytesRead;
        BytesWritten = progress.BytesWritten;
        Undelivered = progress.Undelivered;
        Resume = progress.Resume;
    }

    internal TransferCanceledException(RelayResult relay, CancellationToken cancellationToken)
        : base($"The relay was cancelled after {relay.BytesAToB} bytes were written to one side and {relay.BytesBToA} to the other.", cancellationToken)
    {
        BytesRead = relay.AToB.BytesRead + relay.BToA.BytesRead;
        BytesWritten = relay.BytesAToB + relay.BytesBToA;
        Relay = relay;
    }

    internal TransferCanceledException(FanOutResult fanOut, CancellationToken cancellationToken)
        : base($"The fan-out was cancelled after {fanOut.BytesRead} bytes were read.", cancellationToken)
    {
        BytesRead = fanOut.BytesRead;
        BytesWritten = fanOut.Sinks.Sum(sink => sink.BytesDelivered);
        FanOut = fanOut;
    }

    /// <summary>The bytes taken from the source; of a relay, from both sides.</summary>
    public long BytesRead { get; }

    /// <summary>The bytes delivered to the destination, with those of the prefix; of a relay, to both sides; of a fan-out, to all sinks.</summary>
    public long BytesWritten { get; }

    /// <summary>What was taken from the source, or given as the prefix, and was not delivered. Empty for a relay and a fan-out, whose results have it.</summary>
    public ReadOnlyMemory<byte> Undelivered { get; }

    /// <summary>For a copy: options with which another one continues exactly where this one stopped. Null for other transfers.</summary>
    public CopyOptions? Resume { get; }

    /// <summary>For a relay: what became of both directions. Null for other transfers.</summary>
    public RelayResult? Relay { get; }

    /// <summary>For a fan-out: what became of the source and the sinks. Null for other transfers.</summary>
    public FanOutResult? FanOut { get; }
}
