using Microsoft.Extensions.Logging;

namespace ZeroCopy;

/// <summary>How <see cref="Transfer.RelayAsync"/> relays. Read once, when it is called; not changed by it.</summary>
/// <remarks>One object may serve any number of transfers, at once too, as long as nobody changes it. What it refers to stays the caller's.</remarks>
public sealed class RelayOptions
{
    /// <summary>
    /// How long both directions may be silent together, more than zero: the time since a byte was last read or written in either. Null, by default, or
    /// <see cref="Timeout.InfiniteTimeSpan"/>, for any time.
    /// </summary>
    public TimeSpan? IdleTimeout { get; set; }

    /// <summary>
    /// How long the one direction may go on after the other one is over, more than zero, however busy it is. Null, by default, or
    /// <see cref="Timeout.InfiniteTimeSpan"/>, for any time.
    /// </summary>
    public TimeSpan? DrainTimeout { get; set; }

    /// <summary>
    /// The most bytes to take from each side, 0 or more; prefixes do not count. The relay ends when one direction has delivered so many: also the other
    /// direction, then and there. Null, by default, for any number.
    /// </summary>
    public long? MaxBytes { get; set; }

    /// <summary>
    /// The most bytes a second to take from each side, 1 or more; prefixes do not count. After a silence, a tenth of a second's bytes may come at once. The
    /// rest waits with the sender, as for any slow reader. Null, by default, for as fast as it goes.
    /// </summary>
    public long? MaxBytesPerSecond { get; set; }

    /// <summary>
    /// Bytes to be delivered to b before those of a: what was read from a already, such as a header that had to be looked at. Empty by default. Not to be
    /// changed until the relay is over.
    /// </summary>
    public ReadOnlyMemory<byte> PrefixAToB { get; set; }

    /// <summary>The same for the other direction.</summary>
    public ReadOnlyMemory<byte> PrefixBToA { get; set; }

    /// <summary>
    /// Where a copy of the bytes from a to b goes too, those of the prefix included: a file, a pipe or a socket. Null, by default, or the default
    /// endpoint, for none. What a tap's failure does to the relay: nothing; it is detached, and <see cref="RelayDirection.Tap"/> says what became of it.
    /// </summary>
    public TransferEndpoint? TapAToB { get; set; }

    /// <summary>The same for the other direction. Not the same file, unless it appends: each would write over what the other has written.</summary>
    public TransferEndpoint? TapBToA { get; set; }

    /// <summary>
    /// How long a tap may take no byte at all while there are some for it, more than zero; then it has failed, with ETIMEDOUT, and is detached. Its direction
    /// waits meanwhile. By default a second; <see cref="Timeout.InfiniteTimeSpan"/> where the relay is rather to wait for ever than to lose a byte of
    /// the copy. A write to a disk is not cut short by it; of a slow reader of a socket, see <see cref="FanOutOptions.SlowSinkTimeout"/>.
    /// </summary>
    public TimeSpan SlowTapTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Counts the bytes from a to b while the relay runs. Null by default.</summary>
    public TransferCounters? CountersAToB { get; set; }

    /// <summary>Counts the bytes from b to a while the relay runs. Null by default.</summary>
    public TransferCounters? CountersBToA { get; set; }

    /// <inheritdoc cref="CopyOptions.PipeCapacity"/>
    public int PipeCapacity { get; set; }

    /// <inheritdoc cref="CopyOptions.Pool"/>
    public PipePool? Pool { get; set; }

    /// <summary>Where to log outcomes, as Debug, in the category <c>ZeroCopy.Transfer</c>. Null by default: nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    internal CopyOptions ForDirection(ReadOnlyMemory<byte> prefix, TransferCounters? counters) =>
        new() { Length = MaxBytes, Prefix = prefix, Counters = counters, PipeCapacity = PipeCapacity, Pool = Pool };
}
