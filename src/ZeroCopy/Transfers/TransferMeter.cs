using System.Diagnostics.Metrics;

namespace ZeroCopy;

/// <summary>The instruments of <see cref="TransferMetrics"/>.</summary>
internal static class TransferMeter
{
    private const string Kind = "zerocopy.transfer.kind";

    public static void Create()
    {
        Meter meter = LibraryMeter.Instance;
        meter.CreateObservableCounter("zerocopy.transfer.io", Io, "By", "Bytes that transfers have read and written, by direction and path.");
        meter.CreateObservableUpDownCounter("zerocopy.transfer.active", Active, "{transfer}", "Transfers that run, by kind.");
        meter.CreateObservableCounter("zerocopy.transfer.finished", Finished, "{transfer}", "Transfers that have ended, by kind and outcome.");
        meter.CreateObservableCounter(
            "zerocopy.transfer.fallbacks", Fallbacks, "{fallback}", "Directions of transfers that took a slower path, by the error that the better one was refused with.");
    }

    private static IEnumerable<Measurement<long>> Io() => TransferMetrics.Io.Enumerate().Select(static io =>
        new Measurement<long>(io.Count, new("zerocopy.io.direction", io.Direction), new("zerocopy.transfer.path", io.Path)));

    private static IEnumerable<Measurement<long>> Active() =>
        Enum.GetValues<TransferKind>().Select(static kind => new Measurement<long>(TransferMetrics.Active(kind), new KeyValuePair<string, object?>(Kind, kind.Name())));

    private static IEnumerable<Measurement<long>> Finished() =>
        from kind in Enum.GetValues<TransferKind>()
        from outcome in Enum.GetValues<TransferOutcome>()
        select new Measurement<long>(
            TransferMetrics.Finished(kind, outcome), new(Kind, kind.Name()), new("zerocopy.transfer.outcome", outcome.Name()));

    private static IEnumerable<Measurement<long>> Fallbacks() => TransferMetrics.Fallbacks.Select(static fallback =>
        new Measurement<long>(fallback.Value, new KeyValuePair<string, object?>("zerocopy.fallback.reason", fallback.Key.ToString())));
}
