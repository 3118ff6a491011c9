using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;

namespace ZeroCopy;

/// <summary>
/// What the pools do, on the meter <c>ZeroCopy</c>. Counted here and read by who listens, since the listeners of other instruments are called by who
/// counts: a loop, whose thread is not theirs.
/// </summary>
internal static class PipeMetrics
{
    [SuppressMessage("Performance", "CA1823", Justification = "It is there to be listened to.")]
    private static readonly Meter _meter = CreateMeter();

    private static long _rents;
    private static long _returns;
    private static long _created;
    private static long _closedFull;
    private static long _closedDirty;

    public static void CountRent() => Interlocked.Increment(ref _rents);

    public static void CountReturn() => Interlocked.Increment(ref _returns);

    public static void CountCreated() => Interlocked.Increment(ref _created);

    public static void CountClosed(bool isDirty) => Interlocked.Increment(ref isDirty ? ref _closedDirty : ref _closedFull);

    private static Meter CreateMeter()
    {
        Meter meter = new("ZeroCopy");
        meter.CreateObservableCounter("zerocopy.pipe.rents", () => Volatile.Read(ref _rents), "{rent}", "How often a pool has lent a pipe.");
        meter.CreateObservableUpDownCounter(
            "zerocopy.pipe.rented", () => Volatile.Read(ref _rents) - Volatile.Read(ref _returns), "{pipe}", "Pipes that are lent by a pool.");
        meter.CreateObservableCounter("zerocopy.pipe.created", () => Volatile.Read(ref _created), "{pipe}", "Pipes that a pool has opened.");
        meter.CreateObservableCounter(
            "zerocopy.pipe.closed",
            () => new[] { Closed(ref _closedFull, "full"), Closed(ref _closedDirty, "dirty") },
            "{pipe}",
            "Pipes that a pool has closed when they came back, by reason: full or dirty.");
        return meter;
    }

    private static Measurement<long> Closed(ref long count, string reason) =>
        new(Volatile.Read(ref count), new KeyValuePair<string, object?>("zerocopy.pipe.reason", reason));
}
