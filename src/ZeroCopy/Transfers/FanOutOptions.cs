using Microsoft.Extensions.Logging;

namespace ZeroCopy;

/// <summary>How <see cref="Transfer.FanOut"/> and <see cref="Transfer.FanOutAsync"/> work. Read once, when they are called; not changed by them.</summary>
/// <remarks>One object may serve any number of transfers, at once too, as long as nobody changes it. What it refers to stays the caller's.</remarks>
public sealed class FanOutOptions
{
    /// <summary>What the failure of a sink means for the others. By default nothing: it is detached.</summary>
    public SinkFailurePolicy OnSinkFailure { get; set; }

    /// <summary>
    /// How long a sink may take no byte at all while there are some for it, more than zero; then it has failed, with ETIMEDOUT. The others wait for it
    /// meanwhile. Null, by default, or <see cref="Timeout.InfiniteTimeSpan"/>, for any time. A write to a disk is not cut short by it.
    /// That bytes are taken is seen as the kernel shows it: a TCP connection whose reader is slow opens its window again by tens of KiB at a time, so that the
    /// time should be what a reader may take for 100 KiB, or more.
    /// </summary>
    public TimeSpan? SlowSinkTimeout { get; set; }

    /// <inheritdoc cref="CopyOptions.Length"/>
    public long? Length { get; set; }

    /// <inheritdoc cref="CopyOptions.SourceOffset"/>
    public long? SourceOffset { get; set; }

    /// <summary>
    /// The capacity of the pipes, of which each sink has one, in bytes, 0 or more; a hint, as for <see cref="Pipe(int, bool)"/>. By default 0: as the kernel
    /// makes them, and up to 1 MiB for as long as the source has much to give. Not to be combined with <see cref="Pool"/>.
    /// </summary>
    public int PipeCapacity { get; set; }

    /// <inheritdoc cref="CopyOptions.Snapshot"/>
    public bool Snapshot { get; set; }

    /// <summary>Bytes to be delivered to each sink before those of the source. Empty by default. Not to be changed until the fan-out is over.</summary>
    public ReadOnlyMemory<byte> Prefix { get; set; }

    /// <summary>
    /// Counts while the fan-out runs: what is read of the source, and as written what all sinks together have taken. Null by default.
    /// </summary>
    public TransferCounters? Counters { get; set; }

    /// <inheritdoc cref="CopyOptions.Pool"/>
    public PipePool? Pool { get; set; }

    /// <inheritdoc cref="RelayOptions.LoggerFactory"/>
    public ILoggerFactory? LoggerFactory { get; set; }

    internal CopyOptions ForSource() => new()
    {
        Length = Length,
        SourceOffset = SourceOffset,
        PipeCapacity = PipeCapacity,
        Snapshot = Snapshot,
        Prefix = Prefix,
        Counters = Counters,
        Pool = Pool,
        LoggerFactory = LoggerFactory,
    };
}
