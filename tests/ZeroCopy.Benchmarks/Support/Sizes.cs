namespace ZeroCopy.Benchmarks;

internal static class Sizes
{
    /// <summary>A number of bytes as it is said: 64 bytes, 4 KiB, 1 MiB.</summary>
    public static string Name(int bytes) => bytes switch
    {
        >= 1 << 20 when bytes % (1 << 20) == 0 => $"{bytes >> 20} MiB",
        >= 1 << 10 when bytes % (1 << 10) == 0 => $"{bytes >> 10} KiB",
        1 => "1 byte",
        _ => $"{bytes} bytes",
    };
}
