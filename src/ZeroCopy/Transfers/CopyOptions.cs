using Microsoft.Extensions.Logging;

namespace ZeroCopy;

/// <summary>How <see cref="Transfer.Copy"/> and <see cref="Transfer.CopyAsync"/> copy. Read once, when they are called; not changed by them.</summary>
/// <remarks>One object may serve any number of transfers, at once too, as long as nobody changes it. What it refers to stays the caller's.</remarks>
/// <example>
/// <code>
/// CopyOptions range = new() { SourceOffset = offset, Length = count };
/// CopyResult sent = await Transfer.CopyAsync(file, socket, range);
/// </code>
/// </example>
public sealed class CopyOptions
{
    /// <summary>The most bytes to take from the source, 0 or more; null, by default, for all until its end. A prefix does not count.</summary>
    public long? Length { get; set; }

    /// <summary>
    /// Where in the source to start, in bytes from its start, 0 or more: for files and block devices only. Their own position then stays as it is. Null, by
    /// default, for their own position, which is moved on.
    /// </summary>
    public long? SourceOffset { get; set; }

    /// <summary>The same for the destination. Not for one that appends.</summary>
    public long? DestinationOffset { get; set; }

    /// <summary>
    /// The capacity of the pipe between the two, in bytes, 0 or more; a hint, as for <see cref="Pipe(int, bool)"/>. By default 0: as the kernel makes
    /// them, and 1 MiB for as long as the source has much to give. Not to be combined with <see cref="Pool"/>.
    /// </summary>
    public int PipeCapacity { get; set; }

    /// <summary>
    /// Whether the bytes of a source that is a file are copied when they are read. By default false: the kernel hands on references to the file's pages, and
    /// whoever writes to the file (or maps it, or shortens it) before the far end has read them changes what arrives, even after this copy is over. Costs a
    /// copy; sources of other kinds, and copies from file to file, are always as with true.
    /// </summary>
    public bool Snapshot { get; set; }

    /// <summary>
    /// Bytes to be delivered before those of the source: what was read from it already, such as a header that had to be looked at, or the
    /// <see cref="TransferException.Undelivered"/> of an earlier copy. Empty by default. Not to be changed until the copy is over.
    /// </summary>
    public ReadOnlyMemory<byte> Prefix { get; set; }

    /// <summary>Counts while the copy runs. Null by default.</summary>
    public TransferCounters? Counters { get; set; }

    /// <summary>
    /// Is told the bytes delivered so far (with the prefix), at most ten times a second, and at the end. Of <see cref="Transfer.CopyAsync"/> it
    /// is called on the thread pool, one call at a time; what it throws is ignored. Null by default.
    /// </summary>
    public IProgress<long>? Progress { get; set; }

    /// <summary>Where the pipes come from. Null by default: from the library's own pools.</summary>
    public PipePool? Pool { get; set; }

    /// <summary>Where to log fallbacks and outcomes, as Debug, in the category <c>ZeroCopy.Transfer</c>. Null by default: nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    internal CopyOptions Clone() => (CopyOptions)MemberwiseClone();
}
