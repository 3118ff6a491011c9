using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using TcpRelaySample;

namespace KestrelRelaySample;

/// <summary>A relay of the configuration: what becomes of each client that Kestrel hands over, and who is there.</summary>
internal sealed class Relay(string name, RelaySettings settings, ILogger<Relay> logger)
{
    private readonly Lock _lock = new();
    private readonly HashSet<RelayConnection> _open = [];
    private readonly SemaphoreSlim _room = new(settings.MaxConnections);
    private ListenOptions? _listening;
    private long _endedThere;
    private long _endedBack;

    /// <summary>Kestrel puts the real address there, with the port that the kernel chose.</summary>
    private string Listen => Address.Format((_listening?.EndPoint as RelayEndPoint)?.Address ?? settings.ListenAddress);

    public void ListenIn(KestrelServerOptions kestrel) => kestrel.Listen(new RelayEndPoint(settings.ListenAddress), options =>
    {
        _listening = options;
        options.Run(RunAsync);
    });

    public void LogAddress() => RelayLog.Listening(logger, name, Listen, Address.Format(settings.Target));

    public RelayInfo Describe(int open) => new(name, Listen, Address.Format(settings.Target), open, settings.MaxConnections);

    /// <summary>Who is there, and what those moved that are not any more: each connection is in the one or in the other.</summary>
    public (IReadOnlyList<RelayConnection> Open, long EndedThere, long EndedBack) Look()
    {
        lock (_lock)
        {
            return ([.. _open], _endedThere, _endedBack);
        }
    }

    /// <summary>The connection delegate: Kestrel closes the client's socket once this is over.</summary>
    private async Task RunAsync(ConnectionContext context)
    {
        RelayConnection connection = new(name, context, settings);
        if (!await _room.WaitAsync(TimeSpan.Zero))
        {
            connection.Refuse();
            RelayLog.Refused(logger, connection.Client, name, settings.MaxConnections);
            return;
        }

        try
        {
            Add(connection);
            string outcome = await connection.RunAsync();
            RelayLog.Ended(logger, connection.Client, name, outcome, connection.There.BytesWritten, connection.Back.BytesWritten, connection.Age.TotalSeconds);
        }
        finally
        {
            Remove(connection);
            _room.Release();
        }
    }

    private void Add(RelayConnection connection)
    {
        lock (_lock)
        {
            _open.Add(connection);
        }
    }

    private void Remove(RelayConnection connection)
    {
        lock (_lock)
        {
            _open.Remove(connection);
            _endedThere += connection.There.BytesWritten;
            _endedBack += connection.Back.BytesWritten;
        }
    }
}
