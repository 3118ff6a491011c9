using System.Diagnostics;

namespace ZeroCopy;

/// <summary>A token bucket: how many bytes may be read at a time so that they come to so many a second.</summary>
internal sealed class RateLimit(long bytesPerSecond)
{
    /// <summary>What may come at once after a silence: the bytes of a tenth of a second, so that one second has at most a tenth too many.</summary>
    private readonly double _most = Math.Max(bytesPerSecond / 10.0, 1);

    private double _available = Math.Max(bytesPerSecond / 10.0, 1);
    private long _latest = Stopwatch.GetTimestamp();

    public long Available()
    {
        long now = Stopwatch.GetTimestamp();
        _available = Math.Min(_available + (Stopwatch.GetElapsedTime(_latest, now).TotalSeconds * bytesPerSecond), _most);
        _latest = now;
        return (long)_available;
    }

    public void Take(long count) => _available -= count;

    /// <summary>How long to wait until it is worthwhile to go on: half of the bucket, rather than byte by byte.</summary>
    public TimeSpan Pause() => TimeSpan.FromSeconds((Math.Max(_most / 2, 1) - _available) / bytesPerSecond);
}
