namespace KestrelRelaySample;

/// <summary>A relay at one moment.</summary>
internal sealed record RelayInfo(string Name, string Listen, string Upstream, int Open, int MaxConnections);
