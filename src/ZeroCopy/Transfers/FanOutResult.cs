namespace ZeroCopy;

/// <summary>What became of a fan-out.</summary>
/// <remarks>
/// Where <see cref="IsComplete"/>, a sink without an error has got every byte of the source; one with an error has not, so look at each. Immutable, and
/// safe to share between threads.
/// </remarks>
public sealed class FanOutResult
{
    internal FanOutResult(bool isComplete, long bytesRead, Errno sourceError, IReadOnlyList<SinkResult> sinks, TransferStatistics statistics)
    {
        IsComplete = isComplete;
        BytesRead = bytesRead;
        SourceError = sourceError;
        Sinks = sinks;
        Statistics = statistics;
    }

    /// <summary>
    /// Whether the source was copied to its end, or as much of it as was asked for, to all sinks but those that were detached. False where the source broke,
    /// where all sinks did, and where one did and <see cref="SinkFailurePolicy.Abort"/> was to end it for all.
    /// </summary>
    public bool IsComplete { get; }

    /// <summary>The bytes taken from the source. A prefix is not among them.</summary>
    public long BytesRead { get; }

    /// <summary>What broke the source, as of <see cref="Transfer.Copy"/>, EBADF where it or the pool was disposed; <see cref="Errno.None"/> where nothing did.</summary>
    public Errno SourceError { get; }

    /// <summary>What became of each sink, in the order in which they were given.</summary>
    public IReadOnlyList<SinkResult> Sinks { get; }

    /// <inheritdoc cref="CopyResult.Statistics"/>
    public TransferStatistics Statistics { get; }
}
