using System.Diagnostics.Metrics;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Support;

/// <summary>Reads the library's own metrics: what has changed from here on.</summary>
internal sealed class MeterReader : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, long> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _before;

    public MeterReader()
    {
        // There is nothing to listen to before the first pipe and the first transfer.
        using SafeFileHandle nothing = File.OpenHandle("/dev/null");
        using SafeFileHandle nowhere = File.OpenHandle("/dev/null", access: FileAccess.Write);
        Transfer.Copy(nothing, nowhere);
        _listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "ZeroCopy")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            _values[string.Join(' ', [instrument.Name, .. tags.ToArray().Select(tag => $"{tag.Key} {tag.Value}")])] = value);
        _listener.Start();
        _listener.RecordObservableInstruments();
        _before = new(_values, StringComparer.Ordinal);
    }

    /// <summary>The pipes that are lent now, of those that were not before.</summary>
    public long Rented => Changes()["zerocopy.pipe.rented"];

    /// <summary>How often one was lent.</summary>
    public long Rents => Changes()["zerocopy.pipe.rents"];

    /// <summary>How often the loops have woken up.</summary>
    public long WakeUps => Changes()["zerocopy.loop.wakeups"];

    public Dictionary<string, long> Changes()
    {
        _listener.RecordObservableInstruments();
        return _values.ToDictionary(pair => pair.Key, pair => pair.Value - _before.GetValueOrDefault(pair.Key), StringComparer.Ordinal);
    }

    public void Dispose() => _listener.Dispose();
}
