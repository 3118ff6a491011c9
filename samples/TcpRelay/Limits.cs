namespace TcpRelaySample;

/// <summary>What the connections may have.</summary>
/// <param name="MaxConnections">How many there may be at a time; one more waits in the backlog until another has ended.</param>
/// <param name="ConnectTimeout">How long it may take to connect one to the target.</param>
/// <param name="IdleTimeout">How long there may be no byte in either direction.</param>
/// <param name="MaxBytes">How many bytes one may have in either direction; null for any number.</param>
internal sealed record Limits(int MaxConnections, TimeSpan ConnectTimeout, TimeSpan IdleTimeout, long? MaxBytes);
