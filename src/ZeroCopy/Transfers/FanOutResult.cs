namespace ZeroCopy;

/// <summary>What became of a fan-out.</summary>
/// <remarks>
/// It has come to its end where <see cref="SourceError"/> is <see cref="Errno.None"/> and some sink has no error; a sink without an error has then
/// got every byte.
/// </remarks>
public sealed class FanOutResult
{
    internal FanOutResult(long bytesRead, Errno sourceError, IReadOnlyList<SinkResult> sinks, TransferStatistics statistics)
    {
        BytesRead = bytesRead;
        SourceError = sourceError;
        Sinks = sinks;
        Statistics = statistics;
    }

    /// <summary>The bytes taken from the source. A prefix is not among them.</summary>
    public long BytesRead { get; }

    /// <summary>What broke the source, as of <see cref="Transfer.Copy"/>, EBADF where it or the pool was disposed; <see cref="Errno.None"/> where nothing did.</summary>
    public Errno SourceError { get; }

    /// <summary>What became of each sink, in the order in which they were given.</summary>
    public IReadOnlyList<SinkResult> Sinks { get; }

    /// <inheritdoc cref="CopyResult.Statistics"/>
    public TransferStatistics Statistics { get; }
}
