using System.Diagnostics.Metrics;

namespace ZeroCopy;

/// <summary>What the pools do, on the meter <c>ZeroCopy</c>.</summary>
internal static class PipeMetrics
{
    private static readonly Meter _meter = new("ZeroCopy");

    internal static readonly UpDownCounter<long> Rented =
        _meter.CreateUpDownCounter<long>("zerocopy.pipe.rented", "{pipe}", "Pipes that are lent by a pool.");

    internal static readonly Counter<long> Created =
        _meter.CreateCounter<long>("zerocopy.pipe.created", "{pipe}", "Pipes that a pool has opened.");

    internal static readonly Counter<long> Closed =
        _meter.CreateCounter<long>("zerocopy.pipe.closed", "{pipe}", "Pipes that a pool has closed when they came back, by reason: full or dirty.");
}
