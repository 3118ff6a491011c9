using System.Text.Json;

namespace KestrelRelaySample;

/// <summary>A snapshot a second, for everybody who watches. Each is taken once for all of them, and none while nobody does.</summary>
internal sealed class LiveFeed
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly HashSet<Viewer> _viewers = [];
    private readonly IEnumerable<Relay> _relays;
    private readonly int _maxViewers;
    private bool _isSampling;
    private bool _isStopped;

    public LiveFeed(IEnumerable<Relay> relays, HttpSettings settings, IHostApplicationLifetime lifetime)
    {
        _relays = relays;
        _maxViewers = settings.MaxViewers;
        lifetime.ApplicationStopping.Register(Stop);
    }

    /// <returns>Null where there are as many as there may be already, or the host stops.</returns>
    public Viewer? TryJoin()
    {
        lock (_lock)
        {
            if (_isStopped || _viewers.Count == _maxViewers)
            {
                return null;
            }

            Viewer viewer = new(this);
            _viewers.Add(viewer);
            if (!_isSampling)
            {
                _isSampling = true;
                _ = SampleAsync();
            }

            return viewer;
        }
    }

    public void Leave(Viewer viewer)
    {
        lock (_lock)
        {
            _viewers.Remove(viewer);
        }
    }

    private async Task SampleAsync()
    {
        await Task.Yield();
        Sample before = new(_relays);
        using PeriodicTimer tick = new(_interval);
        while (await tick.WaitForNextTickAsync() && IsWatched())
        {
            Sample now = new(_relays);
            string snapshot = JsonSerializer.Serialize(Snapshot.Between(before, now), RelayJson.Default.Snapshot);
            before = now;
            lock (_lock)
            {
                foreach (Viewer viewer in _viewers)
                {
                    viewer.Show(snapshot);
                }
            }
        }
    }

    /// <summary>Decides whether there is another snapshot: who joins after a no starts anew.</summary>
    private bool IsWatched()
    {
        lock (_lock)
        {
            return _isSampling = _viewers.Count > 0;
        }
    }

    /// <summary>The host waits for every answer that is under way, and these would never end.</summary>
    private void Stop()
    {
        lock (_lock)
        {
            _isStopped = true;
            foreach (Viewer viewer in _viewers)
            {
                viewer.End();
            }
        }
    }
}
