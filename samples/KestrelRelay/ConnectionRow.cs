namespace KestrelRelaySample;

/// <summary>A connection, and what it moves a second.</summary>
internal sealed record ConnectionRow : ConnectionInfo
{
    /// <param name="now">The connection.</param>
    /// <param name="before">The same one earlier, or null where it was not there.</param>
    /// <param name="seconds">How much earlier.</param>
    public ConnectionRow(ConnectionInfo now, ConnectionInfo? before, double seconds)
        : base(now)
    {
        RateThere = (now.BytesThere - (before?.BytesThere ?? 0)) / seconds;
        RateBack = (now.BytesBack - (before?.BytesBack ?? 0)) / seconds;
    }

    public double RateThere { get; }

    public double RateBack { get; }
}
