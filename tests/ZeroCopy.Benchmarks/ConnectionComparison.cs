using System.Globalization;

namespace ZeroCopy.Benchmarks;

/// <summary>Many connections through each relay, all of which send a message as soon as they have the last one back.</summary>
internal sealed class ConnectionComparison(Report report, PeerProgram crowd, (string Name, Relaying Relay)[] relays)
{
    private const int MessageBytes = 1024;

    /// <summary>socat has one for each connection.</summary>
    private const int MostProcesses = 16;

    public static async Task RunAsync(Report report)
    {
        report.Begin(
            "Many connections through TCP relays",
            """
            Each connection sends 1 KiB, and again once it has it back from behind the relay. The clients are one C program, the servers another; each relay is a
            process of its own, which runs through all the rounds, and may use all cores: HAProxy has a thread for each, nginx one process.
            """,
            "haproxy",
            "nginx",
            "go",
            "socat");
        using PeerProgram crowd = await PeerProgram.BuildAsync("crowd");
        using RelayPeers peers = new();
        using Child echo = crowd.Start("echo", "0");
        ConnectionComparison comparison = new(report, crowd, await peers.StartAllAsync(await echo.ReadPortAsync(), Environment.ProcessorCount));
        foreach (int connections in (int[])[1, 16, 256, 1000])
        {
            await comparison.LoadAsync(connections, report.Work.Of(1000));
        }
    }

    /// <summary>Has connections send messages through a relay.</summary>
    /// <param name="crowd">The program that sends.</param>
    /// <param name="relay">What it sends through.</param>
    /// <param name="connections">How many it opens.</param>
    /// <param name="milliseconds">For how long.</param>
    /// <param name="bytes">Those of a message.</param>
    /// <param name="whenAllAreOpen">Is called when each connection has had a message back.</param>
    /// <returns>Messages a second, the median and the 99th percentile in microseconds, and the CPU time of the relay for each in microseconds.</returns>
    public static async Task<double[]> LoadAsync(PeerProgram crowd, Relaying relay, int connections, int milliseconds, int bytes, Action? whenAllAreOpen = null)
    {
        using Child load = crowd.Start("load", relay.Port, $"{connections}", $"{milliseconds}", $"{bytes}");
        await load.ReadLineAsync();
        whenAllAreOpen?.Invoke();
        TimeSpan before = relay.Process.CpuTime;
        double[] said = [.. (await load.ReadLineAsync()).Split(' ').Select(value => double.Parse(value, CultureInfo.InvariantCulture))];
        TimeSpan spent = relay.Process.CpuTime - before;
        await load.WaitAsync();
        return [said[0] / said[1], said[2], said[3], spent.TotalMicroseconds / said[0]];
    }

    private async Task LoadAsync(int connections, int milliseconds)
    {
        Comparison loads = new("messages/s", "p50 us", "p99 us", "CPU us");
        foreach ((string name, Relaying relay) in relays.Where(relay => relay.Name != RelayPeers.Socat || connections <= MostProcesses))
        {
            await LoadAsync(crowd, relay, connections, milliseconds, MessageBytes);
            loads.Add(name, () => LoadAsync(crowd, relay, connections, milliseconds, MessageBytes));
        }

        await loads.RunAsync(report, $"{(connections == 1 ? "1 connection" : $"{connections} connections")}, CPU for each message");
    }
}
