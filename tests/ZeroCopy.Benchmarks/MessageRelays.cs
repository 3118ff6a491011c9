namespace ZeroCopy.Benchmarks;

/// <summary>A relay of each way, which serves messages of all sizes until it is replaced by a new process.</summary>
internal sealed class MessageRelays(PeerProgram crowd, int milliseconds) : IDisposable
{
    private const int WarmUpBytes = 4096;

    private readonly Dictionary<string, Relaying> _relays = new(StringComparer.Ordinal);
    private Child? _echo;

    /// <summary>Starts anew, so that not all rounds are one process's.</summary>
    public async Task RestartAsync()
    {
        Dispose();
        _echo = crowd.Start("echo", "0");
        string to = await _echo.ReadPortAsync();
        foreach (string way in (string[])["splice", "copy", "stream"])
        {
            _relays[way] = await RelayPeers.StartOwnAsync(way, to);
            await ConnectionComparison.LoadAsync(crowd, _relays[way], connections: 1, 2 * milliseconds, WarmUpBytes);
        }
    }

    /// <summary>One connection through a relay.</summary>
    /// <returns>The median of the time, and the CPU time of the relay for each message, in microseconds.</returns>
    public async Task<double[]> LoadAsync(string way, int bytes)
    {
        double[] load = await ConnectionComparison.LoadAsync(crowd, _relays[way], connections: 1, milliseconds, bytes);
        return [load[1], load[3]];
    }

    public void Dispose()
    {
        foreach (Relaying relay in _relays.Values)
        {
            relay.Dispose();
        }

        _relays.Clear();
        _echo?.Dispose();
        _echo = null;
    }
}
