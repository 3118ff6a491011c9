using System.Diagnostics.Metrics;

namespace ZeroCopy.Tests.Support;

/// <summary>Counts what the pools do from here on, by the library's own metrics.</summary>
internal sealed class PipeMeter : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, long> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _before;

    public PipeMeter()
    {
        // There is nothing to listen to before the first pipe.
        PipePool.Shared.Return(PipePool.Shared.Rent());
        _listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "ZeroCopy")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            _values[tags.Length == 0 ? instrument.Name : $"{instrument.Name} {tags[0].Key} {tags[0].Value}"] = value);
        _listener.Start();
        _listener.RecordObservableInstruments();
        _before = new(_values, StringComparer.Ordinal);
    }

    /// <summary>The pipes that are lent now, of those that were not before.</summary>
    public long Rented => Changes()["zerocopy.pipe.rented"];

    /// <summary>How often one was lent.</summary>
    public long Rents => Changes()["zerocopy.pipe.rents"];

    public Dictionary<string, long> Changes()
    {
        _listener.RecordObservableInstruments();
        return _values.ToDictionary(pair => pair.Key, pair => pair.Value - _before[pair.Key], StringComparer.Ordinal);
    }

    public void Dispose() => _listener.Dispose();
}
