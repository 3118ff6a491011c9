using System.Globalization;

namespace ZeroCopy.Benchmarks;

/// <summary>
/// TCP relays side by side, each a process of its own between two others, on loopback. Each has a quarter of the work to warm up on, which does
/// not count: a relay runs for long, and what it takes to compile it is not what a byte costs.
/// </summary>
internal sealed class RelayComparison(Report report, PeerProgram peer, (string Name, Func<string, Task<Relaying>> Start)[] relays)
{
    /// <summary>As much as an unprivileged user may give a pipe.</summary>
    private const string PipeCapacity = "1048576";

    /// <summary>That of <see cref="Stream.CopyToAsync(Stream)"/>.</summary>
    private const string BufferSize = "81920";

    public static async Task RunAsync(Report report)
    {
        report.Begin(
            "TCP relays",
            """
            Each relay is a process of its own between two C programs on loopback, warmed up on a quarter of the work; CPU is that of the relay. The relays in
            C move one direction only, and block. "Read and write" is the library's relay where seccomp forbids splice(2): the same loop and rules, without it.
            HAProxy and nginx have one thread, as many as the library's loops on this machine.
            """,
            "haproxy",
            "nginx",
            "go",
            "socat");
        using PeerProgram peer = await PeerProgram.BuildAsync("peer");
        using RelayPeers peers = new();
        RelayComparison comparison = new(report, peer, [.. RelayPeers.DotNet, .. await peers.FindAsync(threads: 1)]);
        Comparison bulk = await comparison.BulkAsync(report.Work.Of(2048));
        List<(int Bytes, Comparison Trips)> sizes = [];
        foreach (int bytes in (int[])[64, 1024, 4096, 16 * 1024, 64 * 1024])
        {
            sizes.Add((bytes, await comparison.RoundTripsAsync(report.Work.Of(10_000), bytes)));
        }

        BarChart chart = new("TCP relays on loopback");
        chart.Add("CPU of the relay, seconds a GiB", bulk, figure: 0);
        foreach ((int bytes, Comparison trips) in sizes.Where(size => size.Bytes is 64 or 64 * 1024))
        {
            chart.Add($"Round trips of {Sizes.Name(bytes)}: median, microseconds", trips, figure: 0);
            chart.Add($"Round trips of {Sizes.Name(bytes)}: CPU of the relay for each, microseconds", trips, figure: 2);
        }

        await chart.SaveAsync(Report.PathOf("relays.svg"));
    }

    private async Task<Comparison> BulkAsync(int mib)
    {
        Comparison bulk = new(Expense.Names);
        bulk.Add("splice, C, one direction", () => SendAsync(to => StartAsync("relay-splice", to, PipeCapacity), mib));
        Array.ForEach(relays, relay => bulk.Add(relay.Name, () => SendAsync(relay.Start, mib)));
        bulk.Add("read and write, C, one direction", () => SendAsync(to => StartAsync("relay-copy", to, BufferSize), mib));
        await bulk.RunAsync(report, $"{mib} MiB through the relay");
        return bulk;
    }

    private async Task<Relaying> StartAsync(string way, string to, string bytes)
    {
        Child relay = peer.Start(way, "0", to, bytes);
        return new Relaying(relay, await relay.ReadPortAsync());
    }

    private async Task<double[]> SendAsync(Func<string, Task<Relaying>> start, int mib)
    {
        using Child sink = peer.Start("sink", "0");
        using Relaying relay = await start(await sink.ReadPortAsync());
        await SendAsync(relay.Port, sink, (mib + 3) / 4);
        TimeSpan before = relay.Process.CpuTime;
        double seconds = await SendAsync(relay.Port, sink, mib);
        return new Expense((relay.Process.CpuTime - before).TotalSeconds, seconds).Figures(mib);
    }

    private async Task<double> SendAsync(string port, Child sink, int mib)
    {
        using Child send = peer.Start("send", port, $"{mib}");
        await send.WaitAsync();
        return await Sink.ReadSecondsAsync(sink, mib);
    }

    private async Task<Comparison> RoundTripsAsync(int count, int bytes)
    {
        Comparison trips = new("p50 us", "p99 us", "CPU us");
        Array.ForEach(relays, relay => trips.Add(relay.Name, () => PingPongAsync(relay.Start, count, bytes)));
        await trips.RunAsync(report, $"{count} round trips of {Sizes.Name(bytes)}, CPU for each");
        return trips;
    }

    private async Task<double[]> PingPongAsync(Func<string, Task<Relaying>> start, int count, int bytes)
    {
        using Child echo = peer.Start("echo", "0");
        using Relaying relay = await start(await echo.ReadPortAsync());
        await PingPongAsync(relay.Port, (count + 3) / 4, bytes);
        TimeSpan before = relay.Process.CpuTime;
        double[] percentiles = await PingPongAsync(relay.Port, count, bytes);
        return [.. percentiles, (relay.Process.CpuTime - before).TotalMicroseconds / count];
    }

    private async Task<double[]> PingPongAsync(string port, int count, int bytes)
    {
        using Child near = peer.Start("pingpong", port, $"{count}", $"{bytes}");
        string[] percentiles = (await near.ReadLineAsync()).Split(' ');
        await near.WaitAsync();
        return [.. percentiles.Select(value => double.Parse(value, CultureInfo.InvariantCulture))];
    }
}
