using System.Globalization;

namespace ZeroCopy.Benchmarks;

/// <summary>How cost grows with the work: with connections, the capacity of pipes, the size of messages, and sinks.</summary>
internal sealed class ScalingComparison(Report report, PeerProgram crowd, PeerProgram peer)
{
    private const string Splice = "splice";
    private const string ReadAndWrite = "read and write";
    private const string Stream = "NetworkStream";

    private const double GiB = 1 << 30;
    private const int MessageBytes = 16 * 1024;

    /// <summary>With less, what the runtime does by itself is more than what the connections take.</summary>
    private const int FewestForMemory = 100;

    /// <summary>What a relay has open beside the two sockets of each connection: files of the runtime, and pipes that are in use.</summary>
    private const int OtherDescriptors = 500;

    /// <summary>That of <see cref="System.IO.Stream.CopyToAsync(System.IO.Stream)"/>.</summary>
    private const int BufferSize = 81920;

    public static async Task RunAsync(Report report)
    {
        report.Begin(
            "How cost grows",
            """
            Each relay is a process of its own on loopback, between C programs, and warmed up. "Splice" is the library, "read and write" the library where seccomp
            forbids splice(2): the same loop and rules, without it. "NetworkStream" is `NetworkStream.CopyToAsync`, and for several sinks a loop that reads once and
            writes to each. CPU is that of the relay. A GiB that goes there and comes back is two.
            """);
        using PeerProgram crowd = await PeerProgram.BuildAsync("crowd");
        using PeerProgram peer = await PeerProgram.BuildAsync("peer");
        ScalingComparison scaling = new(report, crowd, peer);
        Curves connections = await scaling.ConnectionsAsync();
        Curves capacities = await scaling.CapacitiesAsync();
        Curves messages = await scaling.MessagesAsync();
        Curves sinks = await scaling.SinksAsync();

        LineChart chart = new("How cost grows");
        chart.Add("Connections: CPU, seconds a GiB", "connections, messages of 16 KiB", connections, figure: 0);
        chart.Add("Connections: memory for each, KiB", "connections", connections, figure: 1);
        chart.Add("Messages: CPU for each, microseconds", "bytes of a message, which goes there and back", messages, figure: 1, isLogarithmic: true);
        chart.Add("Messages: median time, microseconds", "bytes of a message, which goes there and back", messages, figure: 0, isLogarithmic: true);
        chart.Add("Pipe capacity: CPU, seconds a GiB", "bytes of the pipe, bulk in one direction", capacities, figure: 0);
        chart.Add("Fan-out: CPU, seconds a GiB delivered", "sinks", sinks, figure: 0);
        await chart.SaveAsync(Report.PathOf("scaling.svg"));
    }

    private async Task<Curves> ConnectionsAsync()
    {
        ILookup<bool, int> counts = ((int[])[1, 10, 100, 100, 1000, 9500]).ToLookup(count => (2 * count) + OtherDescriptors <= Machine.MostOpenFiles);
        Curves curves = new([.. counts[true]], Count, "CPU s/GiB", "KiB each");
        AddRelays(curves, LoadAsync);
        await curves.RunAsync(report, $"Connections through one process, each of which sends {Sizes.Name(MessageBytes)} as soon as it has the last back", "connections");
        report.Paragraph($"""
            "KiB each" is memory of the relay, without the kernel's (RssAnon), that it has more for each connection when each has had a message than before they came.
            From {FewestForMemory} connections on: below, it is the runtime's own.
            """);
        foreach (int count in counts[false])
        {
            report.Paragraph($"{Count(count)} connections are left out: a process may have {Count(Machine.MostOpenFiles)} descriptors here (`ulimit -n`).");
        }

        return curves;
    }

    private async Task<double[]> LoadAsync(string way, int connections)
    {
        using Child echo = crowd.Start("echo", "0");
        using Relaying relay = await RelayPeers.StartOwnAsync(way, await echo.ReadPortAsync());
        await ConnectionComparison.LoadAsync(crowd, relay, Math.Min(connections, FewestForMemory), report.Work.Of(300), MessageBytes);
        long before = relay.Process.AnonymousBytes;
        long open = 0;
        double[] load = await ConnectionComparison.LoadAsync(
            crowd, relay, connections, report.Work.Of(700), MessageBytes, () => open = relay.Process.AnonymousBytes);
        double kibEach = (open - before) / 1024.0 / connections;
        return [load[3] / 1e6 * GiB / (2 * MessageBytes), connections < FewestForMemory ? double.NaN : kibEach];
    }

    private async Task<Curves> CapacitiesAsync()
    {
        int mib = report.Work.Of(1024);
        Curves curves = new([0, 4 << 10, 16 << 10, 64 << 10, 64 << 10, 256 << 10, 1 << 20], bytes => bytes == 0 ? "as by default" : Sizes.Name(bytes), Expense.Names);
        curves.Add(Splice, capacity => RelayComparison.SendAsync(peer, to => RelayPeers.StartOwnAsync("splice", to, capacity), mib));
        await curves.RunAsync(report, $"Pipe capacity, {mib} MiB through one connection", "`RelayOptions.PipeCapacity`");
        return curves;
    }

    private async Task<Curves> MessagesAsync()
    {
        Curves curves = new([1, 64, 512, 4 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20], Sizes.Name, "p50 us", "CPU us");
        using MessageRelays relays = new(crowd, report.Work.Of(500));
        AddRelays(curves, relays.LoadAsync);
        await curves.RunAsync(report, "Message size, one connection, there and back", "message", relays.RestartAsync);
        report.Paragraph($"CPU: {Crossover(curves, figure: 1)}");
        report.Paragraph($"Median: {Crossover(curves, figure: 0)}");
        return curves;
    }

    private static void AddRelays(Curves curves, Func<string, int, Task<double[]>> measure)
    {
        foreach ((string name, string way) in (ReadOnlySpan<(string, string)>)[(Splice, "splice"), (ReadAndWrite, "copy"), (Stream, "stream")])
        {
            curves.Add(name, value => measure(way, value));
        }
    }

    /// <summary>Up to what size the second way takes less than the first, from what size on the first does, and the ratios.</summary>
    private static string Crossover(Curves curves, int figure)
    {
        // Two measurements may be alike by chance.
        const double LeastNoise = 0.03;
        double noise = new[] { curves.NoiseOf(way: 0, figure), curves.NoiseOf(way: 1, figure), LeastNoise }.Max();
        (string Name, double Ratio)[] sizes = [.. curves.Rows.Select(row => (curves.NameOf(row), curves.MedianOf(1, row, figure) / curves.MedianOf(0, row, figure)))];
        string copying = sizes.TakeWhile(size => size.Ratio < 1 - noise).LastOrDefault().Name is string last ? $"up to {last}" : "at no size";
        string splicing = sizes.Reverse().TakeWhile(size => size.Ratio > 1 + noise).LastOrDefault().Name is string first ? $"from {first} on" : "at no size";
        string ratios = string.Join(", ", sizes.Select(size => string.Create(CultureInfo.InvariantCulture, $"{size.Ratio:F2} at {size.Name}")));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"copying takes less {copying}, splicing {splicing}, by more than the noise of {noise * 100:F0} percent. The ratio of the former to the latter: {ratios}.");
    }

    private async Task<Curves> SinksAsync()
    {
        Curves curves = new([1, 2, 4, 8, 8, 16, 32, 64], Count, ["CPU s/GiB delivered", "GiB/s delivered"]);
        curves.Add(Splice, sinks => FanOutAsync("fanout", sinks));
        curves.Add(Stream, sinks => FanOutAsync("stream", sinks));
        await curves.RunAsync(report, "Sinks of one fan-out, for what all of them together get", "sinks");
        return curves;
    }

    private async Task<double[]> FanOutAsync(string way, int sinks)
    {
        // Enough to be more than the buffers of the sockets take.
        const int LeastMib = 16;
        int mib = Math.Max(report.Work.Of(512) / (sinks + 1), LeastMib);
        double[] expense = await new FanOutComparison(peer, mib, sinks).PassOnAsync(way, BufferSize);
        return [expense[0] / sinks, expense[1] * sinks];
    }

    private static string Count(int count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
