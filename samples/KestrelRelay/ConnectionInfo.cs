namespace KestrelRelaySample;

/// <summary>A connection at one moment.</summary>
internal record ConnectionInfo(string Id, string Relay, string Client, string Upstream, double Seconds, long BytesThere, long BytesBack);
