namespace KestrelRelaySample;

/// <summary>What the page shows. The bytes are those of all connections since the start, the rates a second of late.</summary>
internal sealed record Snapshot(
    int Open,
    long BytesThere,
    long BytesBack,
    double RateThere,
    double RateBack,
    IReadOnlyList<RelayInfo> Relays,
    IReadOnlyList<ConnectionRow> Connections)
{
    /// <summary>More than anybody reads, and little enough to be sent each second: about 25 KB.</summary>
    private const int MostConnections = 100;

    /// <summary>The busiest connections first; of those that rest, the ones that have moved most.</summary>
    public static Snapshot Between(Sample before, Sample now)
    {
        double seconds = (now.Time - before.Time).TotalSeconds;
        IEnumerable<ConnectionRow> busiest = now.Connections.Values
            .Select(connection => new ConnectionRow(connection, before.Connections.GetValueOrDefault(connection.Id), seconds))
            .OrderByDescending(row => row.RateThere + row.RateBack)
            .ThenByDescending(row => row.BytesThere + row.BytesBack)
            .ThenByDescending(row => row.Seconds);
        return new Snapshot(
            now.Connections.Count,
            now.BytesThere,
            now.BytesBack,
            (now.BytesThere - before.BytesThere) / seconds,
            (now.BytesBack - before.BytesBack) / seconds,
            now.Relays,
            [.. busiest.Take(MostConnections)]);
    }
}
