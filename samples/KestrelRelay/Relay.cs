using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using TcpRelaySample;

namespace KestrelRelaySample;

/// <summary>A relay of the configuration: what becomes of each client that Kestrel hands over, and who is there.</summary>
internal sealed class Relay(string name, RelaySettings settings, ILogger<Relay> logger)
{
    private readonly ConcurrentDictionary<RelayConnection, string> _open = new();
    private readonly SemaphoreSlim _room = new(settings.MaxConnections);
    private ListenOptions? _listening;

    public IEnumerable<RelayConnection> Open => _open.Keys;

    /// <summary>Kestrel puts the real address there, with the port that the kernel chose.</summary>
    private string Listen => Address.Format((_listening?.EndPoint as RelayEndPoint)?.Address ?? settings.ListenAddress);

    public void ListenIn(KestrelServerOptions kestrel) => kestrel.Listen(new RelayEndPoint(settings.ListenAddress), options =>
    {
        _listening = options;
        options.Run(RunAsync);
    });

    public void LogAddress() => RelayLog.Listening(logger, name, Listen, Address.Format(settings.Target));

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture, $"{name}: {Listen} to {Address.Format(settings.Target)}, {_open.Count} of {settings.MaxConnections} connections");

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
            _open[connection] = name;
            string outcome = await connection.RunAsync();
            RelayLog.Ended(logger, connection.Client, name, outcome, connection.There.BytesWritten, connection.Back.BytesWritten, connection.Age.TotalSeconds);
        }
        finally
        {
            _open.TryRemove(connection, out _);
            _room.Release();
        }
    }
}
