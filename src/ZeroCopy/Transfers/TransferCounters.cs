namespace ZeroCopy;

/// <summary>Counts a transfer's bytes while it runs.</summary>
/// <remarks>
/// Safe to read from any thread. One object may serve several transfers, one after the other or at once: it then has their sums. It is never set back.
/// </remarks>
public sealed class TransferCounters
{
    private long _bytesRead;
    private long _bytesWritten;

    /// <summary>The bytes taken from the source so far. A prefix is not among them.</summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>The bytes delivered to the destination so far, with those of the prefix.</summary>
    public long BytesWritten => Interlocked.Read(ref _bytesWritten);

    internal void AddRead(long count) => Interlocked.Add(ref _bytesRead, count);

    internal void AddWritten(long count) => Interlocked.Add(ref _bytesWritten, count);
}
