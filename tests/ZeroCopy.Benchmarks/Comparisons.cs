namespace ZeroCopy.Benchmarks;

/// <summary>All that is measured side by side: each part a page of the folder Results.</summary>
internal static class Comparisons
{
    /// <summary>How many of the parts are run when none is named.</summary>
    private const int Usual = 7;

    private static readonly (string Name, string About, Func<Report, Task> Run)[] _parts =
    [
        ("relays", "TCP relays: bulk, and round trips of 64 bytes to 64 KiB", RelayComparison.RunAsync),
        ("connections", "1 to 1,000 connections through TCP relays", ConnectionComparison.RunAsync),
        ("files", "files to and from sockets, and to files", FileComparison.RunAsync),
        ("fan-outs", "from one socket to several", FanOutComparison.RunAsync),
        ("pipes", "writers to a pipe, readers, and what stands between", PipeComparison.RunAsync),
        ("tee", "the tee sample beside other tees", TeeComparison.RunAsync),
        ("start-up", "the tee sample on a small input beside empty programs", StartUpComparison.RunAsync),
        ("scaling", "how cost grows with connections, pipes, messages and sinks", ScalingComparison.RunAsync),
        ("taps", "the relay sample without and with a tap", TapComparison.RunAsync),
        ("redis", "redis-benchmark through relays", RedisComparison.RunAsync),
        ("busy-relays", "whether messages feel a bulk transfer beside them", BusyRelays.RunAsync),
        ("idle-relays", "what relays cost that wait", IdleRelays.RunAsync),
    ];

    public static string Parts => string.Join('\n', _parts.Select(part => $"    {part.Name,-14}{part.About}"));

    public static async Task RunAsync(string[] arguments)
    {
        (string[] names, Work work) = Options.Parse(arguments, [.. _parts.Select(part => part.Name)]);
        foreach ((string name, _, Func<Report, Task> run) in names is [] ? _parts[..Usual] : _parts.Where(part => names.Contains(part.Name, StringComparer.Ordinal)))
        {
            Report report = new(name, work);
            await run(report);
            await report.SaveAsync();
        }
    }
}
