using System.Diagnostics;

namespace KestrelRelaySample;

/// <summary>All relays and all of their connections at one moment, or as near to one as can be.</summary>
internal sealed class Sample
{
    private readonly List<RelayInfo> _relays = [];
    private readonly Dictionary<string, ConnectionInfo> _connections = new(StringComparer.Ordinal);

    public Sample(IEnumerable<Relay> relays)
    {
        foreach (Relay relay in relays)
        {
            (IReadOnlyList<RelayConnection> open, long bytesThere, long bytesBack) = relay.Look();
            _relays.Add(relay.Describe(open.Count));
            foreach (ConnectionInfo connection in open.Select(connection => connection.Describe()))
            {
                _connections.Add(connection.Id, connection);
                bytesThere += connection.BytesThere;
                bytesBack += connection.BytesBack;
            }

            BytesThere += bytesThere;
            BytesBack += bytesBack;
        }
    }

    public TimeSpan Time { get; } = Stopwatch.GetElapsedTime(0);

    public IReadOnlyList<RelayInfo> Relays => _relays;

    /// <summary>Those that are open, by their id.</summary>
    public IReadOnlyDictionary<string, ConnectionInfo> Connections => _connections;

    /// <summary>With those of connections that are over.</summary>
    public long BytesThere { get; }

    /// <inheritdoc cref="BytesThere"/>
    public long BytesBack { get; }
}
