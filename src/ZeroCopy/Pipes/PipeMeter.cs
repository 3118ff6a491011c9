using System.Diagnostics.Metrics;

namespace ZeroCopy;

/// <summary>The instruments of <see cref="PipeMetrics"/>, on the meter <c>ZeroCopy</c>.</summary>
internal static class PipeMeter
{
    public static void Create()
    {
        Meter meter = LibraryMeter.Instance;
        meter.CreateObservableCounter("zerocopy.pipe.rents", () => PipeMetrics.Rents, "{rent}", "How often a pool has lent a pipe.");
        meter.CreateObservableUpDownCounter("zerocopy.pipe.rented", () => PipeMetrics.Rented, "{pipe}", "Pipes that are lent by a pool.");
        meter.CreateObservableCounter("zerocopy.pipe.created", () => PipeMetrics.Created, "{pipe}", "Pipes that a pool has opened.");
        meter.CreateObservableCounter(
            "zerocopy.pipe.closed",
            () => new[] { Closed(PipeMetrics.ClosedFull, "full"), Closed(PipeMetrics.ClosedDirty, "dirty") },
            "{pipe}",
            "Pipes that a pool has closed when they came back, by reason: full or dirty.");
    }

    private static Measurement<long> Closed(long count, string reason) => new(count, new KeyValuePair<string, object?>("zerocopy.pipe.reason", reason));
}
