using System.Runtime.InteropServices;
using System.Text;

namespace ZeroCopy.Processes.Tests.Soak;

/// <summary>How large the managed heap of another process is, from the counters that its runtime writes to a file each second.</summary>
internal sealed class ManagedHeap(string file)
{
    /// <summary>Room for the counters of several seconds.</summary>
    private const int Tail = 256 * 1024;

    private static readonly byte[][] _generations =
    [
        .. new[] { "gen-0-size", "gen-1-size", "gen-2-size", "loh-size", "poh-size" }.Select(name => Encoding.Unicode.GetBytes($"{name}\0")),
    ];

    /// <summary>What to start the process with.</summary>
    public string[] Settings { get; } =
    [
        "DOTNET_EnableEventPipe=1",
        $"DOTNET_EventPipeOutputPath={file}",
        "DOTNET_EventPipeOutputStreaming=1",
        "DOTNET_EventPipeConfig=System.Runtime:FFFFFFFFFFFFFFFF:5:EventCounterIntervalSec=1",
    ];

    /// <summary>How many bytes it had after the last collection that was told of.</summary>
    public long Bytes()
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Seek(-Math.Min(Tail, stream.Length), SeekOrigin.End);
        byte[] bytes = new byte[Tail];
        int count = stream.ReadAtLeast(bytes, Tail, throwOnEndOfStream: false);
        return _generations.Sum(generation => LastValue(bytes.AsSpan(0, count), generation));
    }

    /// <summary>A counter is its name, another name for people, each ended by a zero, and then its mean.</summary>
    private static long LastValue(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> name)
    {
        int at;
        while ((at = bytes.LastIndexOf(name)) >= 0)
        {
            ReadOnlySpan<byte> rest = bytes[(at + name.Length)..];
            int end = MemoryMarshal.Cast<byte, char>(rest).IndexOf('\0');
            if (end >= 0 && MemoryMarshal.TryRead(rest[((end + 1) * sizeof(char))..], out double mean))
            {
                return (long)mean;
            }

            // It is not all there yet.
            bytes = bytes[..at];
        }

        return 0;
    }
}
