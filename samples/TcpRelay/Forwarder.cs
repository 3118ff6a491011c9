using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace TcpRelaySample;

/// <summary>Accepts clients, and forwards each to the target, until it is told to stop.</summary>
internal sealed class Forwarder(EndPoint target, Limits limits, string? tapFile)
{
    /// <summary>A connection that is silent for so many looks after a stop, two seconds, has nothing to finish.</summary>
    private const int SilentLooks = 20;

    /// <summary>How long the open connections may still go on after a stop.</summary>
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan _betweenLooks = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<Connection, int> _open = new();
    private readonly SemaphoreSlim _room = new(limits.MaxConnections);
    private int _accepted;

    public IEnumerable<Connection> Open => _open.Keys;

    /// <summary>Runs until it is stopped and the connections are over.</summary>
    /// <param name="listener">Where the clients come from. It is closed when no more are to come.</param>
    /// <param name="log">Takes one line for each connection.</param>
    /// <param name="stop">Ends the accepting; who is there may finish.</param>
    /// <param name="abort">Cuts off who is there.</param>
    public async Task RunAsync(Listener listener, Action<string> log, CancellationToken stop, CancellationToken abort)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(abort);
        await AcceptAsync(listener, log, stop, end.Token);
        listener.Dispose();
        end.CancelAfter(_grace);
        await DrainAsync();
    }

    private async Task AcceptAsync(Listener listener, Action<string> log, CancellationToken stop, CancellationToken abort)
    {
        try
        {
            while (true)
            {
                await _room.WaitAsync(stop);
                _ = ServeAsync(await listener.AcceptAsync(log, stop), log, abort);
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }

    private async Task ServeAsync(Socket client, Action<string> log, CancellationToken abort)
    {
        int number = ++_accepted;
        Connection connection = new(client, target, limits, tapFile is null ? null : () => new Tap(tapFile, number), abort);
        _open[connection] = number;
        try
        {
            await connection.RunAsync(log);
        }
        finally
        {
            _open.TryRemove(connection, out _);
            _room.Release();
        }
    }

    /// <summary>Lets those finish that have something to finish.</summary>
    private async Task DrainAsync()
    {
        using PeriodicTimer tick = new(_betweenLooks);
        while (!_open.IsEmpty)
        {
            foreach (Connection connection in _open.Keys.Where(connection => connection.IsSilentFor(SilentLooks)))
            {
                connection.Stop();
            }

            await tick.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
