namespace ZeroCopy;

/// <summary>How a transfer went: few, large fills are cheap; who was waited for is the slower side.</summary>
/// <remarks>Immutable, and safe to share between threads.</remarks>
public sealed class TransferStatistics
{
    internal TransferStatistics()
    {
    }

    /// <summary>How often bytes were taken from the source.</summary>
    public long Fills { get; internal set; }

    /// <summary>The bytes of the source that a fill took, on average; 0 where there was none.</summary>
    public long BytesPerFill { get; internal set; }

    /// <summary>How often the source was waited for.</summary>
    public long SourceWaits { get; internal set; }

    /// <summary>How often the destination was waited for.</summary>
    public long DestinationWaits { get; internal set; }

    /// <summary>The capacity of the largest pipe that was used, in bytes; 0 where none was.</summary>
    public int PipeCapacity { get; internal set; }
}
