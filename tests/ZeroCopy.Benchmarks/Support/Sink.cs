using System.Globalization;

namespace ZeroCopy.Benchmarks;

/// <summary>What the sink of Peers/peer.c says.</summary>
internal static class Sink
{
    /// <summary>Waits for the end of a connection, through which every byte must have come.</summary>
    /// <returns>Its seconds, from the first byte on.</returns>
    public static async Task<double> ReadSecondsAsync(Child sink, int mib)
    {
        string[] said = (await sink.ReadLineAsync()).Split(' ');
        long bytes = long.Parse(said[0], CultureInfo.InvariantCulture);
        return bytes == (long)mib << 20
            ? double.Parse(said[1], CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"{bytes} bytes arrived of {mib} MiB");
    }
}
