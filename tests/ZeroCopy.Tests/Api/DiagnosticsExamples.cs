using System.Diagnostics.Metrics;

namespace ZeroCopy.Tests.Api;

/// <summary>The C# of diagnostics.md, as it stands there.</summary>
internal static class DiagnosticsExamples
{
    public static async Task TellAsync(TransferEndpoint source, TransferEndpoint destination)
    {
        CopyResult result = await Transfer.CopyAsync(source, destination);
        TransferStatistics statistics = result.Statistics;
        Console.WriteLine($"{result.BytesCopied} bytes by {result.Path}, in {statistics.Fills} fills of {statistics.BytesPerFill} bytes");
        Console.WriteLine($"waited {statistics.SourceWaits} times for the source, {statistics.DestinationWaits} for the destination");
    }

    public static void Explain(TransferEndpoint source, TransferEndpoint destination)
    {
        KernelSupport support = KernelSupport.Probe();
        Console.WriteLine(support);
        TransferPlan plan = Transfer.Explain(source, destination);
        Console.WriteLine($"{plan.Source} to {plan.Destination}: {plan.Path}, since {plan.Reason}");
    }

    public static List<string> Measure()
    {
        List<string> lines = [];
        using MeterListener listener = new()
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == "ZeroCopy")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            lines.Add($"{instrument.Name} {string.Join(' ', tags.ToArray().Select(static tag => tag.Value))} {value} {instrument.Unit}"));
        listener.Start();
        listener.RecordObservableInstruments();
        return lines;
    }
}
