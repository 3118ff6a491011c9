using System.Globalization;

namespace ZeroCopy.Processes.Tests.Soak;

/// <summary>What the relay has at one time, as the system and its runtime tell.</summary>
internal sealed record Vitals(int Descriptors, int Threads, long Resident, long Managed)
{
    private const string Anonymous = "RssAnon:";

    /// <summary>Of resident memory, that which is not a file's.</summary>
    public static Vitals Of(Daemon relay, ManagedHeap heap)
    {
        string resident = File.ReadLines($"/proc/{relay.Id}/status").First(line => line.StartsWith(Anonymous, StringComparison.Ordinal));
        return new Vitals(
            relay.Descriptors,
            relay.Threads,
            1024 * long.Parse(resident[Anonymous.Length..^" kB".Length], CultureInfo.InvariantCulture),
            heap.Bytes());
    }
}
