using System.Diagnostics.Metrics;

namespace ZeroCopy;

/// <summary>The instruments of <see cref="PipeMetrics"/>, on the meter <c>ZeroCopy</c>.</summary>
internal static class PipeMeter
{
    private static Meter? _meter;

    public static void Create()
    {
        _meter = new Meter("ZeroCopy");
        _meter.CreateObservableCounter("zerocopy.pipe.rents", () => PipeMetrics.Rents, "{rent}", "How often a pool has lent a pipe.");
        _meter.CreateObservableUpDownCounter("zerocopy.pipe.rented", () => PipeMetrics.Rented, "{pipe}", "Pipes that are lent by a pool.");
        _meter.CreateObservableCounter("zerocopy.pipe.created", () => PipeMetrics.Created, "{pipe}", "Pipes that a pool has opened.");
        _meter.CreateObservableCounter(
            "zerocopy.pipe.closed",
            () => new[] { Closed(PipeMetrics.ClosedFull, "full"), Closed(PipeMetrics.ClosedDirty, "dirty") },
            "{pipe}",
            "Pipes that a pool has closed when they came back, by reason: full or dirty.");
    }

    private static Measurement<long> Closed(long count, string reason) => new(count, new KeyValuePair<string, object?>("zerocopy.pipe.reason", reason));
}
