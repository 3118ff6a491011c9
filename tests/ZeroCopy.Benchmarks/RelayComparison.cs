using System.Globalization;

namespace ZeroCopy.Benchmarks;

/// <summary>TCP relays side by side, each a process of its own between two others, on loopback.</summary>
internal sealed class RelayComparison(Report report, PeerProgram peer)
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
            Each relay is a process of its own between two C programs on loopback, which runs through all the rounds; CPU is that of the relay. The relays in
            C move one direction only, and block. "No splice" is the library's relay where seccomp forbids splice(2): the same loop and rules, with read and write.
            HAProxy and nginx have one thread, as many as the library has at work for one connection.
            """,
            "haproxy",
            "nginx",
            "go",
            "socat");
        using PeerProgram peer = await PeerProgram.BuildAsync("peer");
        RelayComparison comparison = new(report, peer);
        Comparison bulk = await comparison.BulkAsync(report.Work.Of(1536));
        (int Bytes, Comparison Trips)[] sizes = await comparison.RoundTripsAsync(report.Work.Of(8_000), 64, 1024, 4096, 16 * 1024, 64 * 1024);
        BarChart chart = new("TCP relays on loopback");
        chart.Add("CPU of the relay, seconds a GiB", bulk, figure: 0);
        foreach ((int bytes, Comparison trips) in sizes.Where(size => size.Bytes is 64 or 64 * 1024))
        {
            chart.Add($"Round trips of {Sizes.Name(bytes)}: median, microseconds", trips, figure: 0);
            chart.Add($"Round trips of {Sizes.Name(bytes)}: CPU of the relay for each, microseconds", trips, figure: 2);
        }

        await chart.SaveAsync(Report.PathOf("relays.svg"));
    }

    /// <summary>Sends through a relay that is started for it, and has warmed up on a quarter of it.</summary>
    /// <returns>As in <see cref="Expense.Names"/>, the CPU time being that of the relay.</returns>
    public static async Task<double[]> SendAsync(PeerProgram peer, Func<string, Task<Relaying>> start, int mib)
    {
        using Child sink = peer.Start("sink", "0");
        using Relaying relay = await start(await sink.ReadPortAsync());
        await SendAsync(peer, relay, sink, (mib + 3) / 4);
        return await SendAsync(peer, relay, sink, mib);
    }

    private async Task<Comparison> BulkAsync(int mib)
    {
        using RelayPeers peers = new();
        using Child sink = peer.Start("sink", "0");
        string to = await sink.ReadPortAsync();
        using Relaying splicing = await StartAsync("relay-splice", to, PipeCapacity);
        using Relaying copying = await StartAsync("relay-copy", to, BufferSize);
        (string Name, Relaying Relay)[] relays =
            [("splice, C, one direction", splicing), .. await peers.StartAllAsync(to, threads: 1), ("read and write, C, one direction", copying)];
        Comparison bulk = new(Expense.Names);
        foreach ((string name, Relaying relay) in relays)
        {
            await SendAsync(peer, relay, sink, mib);
            bulk.Add(name, () => SendAsync(peer, relay, sink, mib));
        }

        await bulk.RunAsync(report, $"{mib} MiB through the relay");
        return bulk;
    }

    private async Task<Relaying> StartAsync(string way, string to, string bytes)
    {
        Child relay = peer.Start(way, "0", to, bytes);
        return new Relaying(relay, await relay.ReadPortAsync());
    }

    private static async Task<double[]> SendAsync(PeerProgram peer, Relaying relay, Child sink, int mib)
    {
        TimeSpan before = relay.Process.CpuTime;
        using Child send = peer.Start("send", relay.Port, $"{mib}");
        await send.WaitAsync();
        double seconds = await Sink.ReadSecondsAsync(sink, mib);
        return new Expense((relay.Process.CpuTime - before).TotalSeconds, seconds).Figures(mib);
    }

    private async Task<(int Bytes, Comparison Trips)[]> RoundTripsAsync(int count, params int[] sizes)
    {
        using RelayPeers peers = new();
        using Child echo = peer.Start("echo", "0");
        (string Name, Relaying Relay)[] relays = await peers.StartAllAsync(await echo.ReadPortAsync(), threads: 1);
        List<(int, Comparison)> all = [];
        foreach (int bytes in sizes)
        {
            Comparison trips = new("p50 us", "p99 us", "CPU us");
            foreach ((string name, Relaying relay) in relays)
            {
                await PingPongAsync(relay, count, bytes);
                trips.Add(name, () => PingPongAsync(relay, count, bytes));
            }

            await trips.RunAsync(report, $"{count} round trips of {Sizes.Name(bytes)}, CPU for each");
            all.Add((bytes, trips));
        }

        return [.. all];
    }

    private async Task<double[]> PingPongAsync(Relaying relay, int count, int bytes)
    {
        TimeSpan before = relay.Process.CpuTime;
        using Child near = peer.Start("pingpong", relay.Port, $"{count}", $"{bytes}");
        string[] percentiles = (await near.ReadLineAsync()).Split(' ');
        await near.WaitAsync();
        double cpu = (relay.Process.CpuTime - before).TotalMicroseconds / count;
        return [.. percentiles.Select(value => double.Parse(value, CultureInfo.InvariantCulture)), cpu];
    }
}
