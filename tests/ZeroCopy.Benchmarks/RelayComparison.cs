using System.Globalization;

namespace ZeroCopy.Benchmarks;

/// <summary>
/// TCP relays side by side, each a process of its own between two others, on loopback. Each has a quarter of the work to warm up on, which does
/// not count: a relay runs for long, and what it takes to compile it is not what a byte costs.
/// </summary>
internal sealed class RelayComparison(CProgram peer, (string Name, Func<string, Task<Relaying>> Start)[] others)
{
    /// <summary>As much as an unprivileged user may give a pipe.</summary>
    private const string PipeCapacity = "1048576";

    /// <summary>That of <see cref="Stream.CopyToAsync(Stream)"/>.</summary>
    private const string BufferSize = "81920";

    public static async Task RunAsync(string[] arguments)
    {
        Dictionary<string, int> options = Options.Parse(arguments, ("--rounds", 9), ("--mib", 4096), ("--count", 20_000));
        using CProgram peer = await CProgram.BuildAsync("peer");
        using RelayPeers peers = new();
        RelayComparison relays = new(peer, await peers.FindAsync());
        await relays.BulkAsync(options["--rounds"], options["--mib"]);
        await relays.RoundTripsAsync(options["--rounds"], options["--count"], bytes: 64);
        await relays.RoundTripsAsync(options["--rounds"], options["--count"], bytes: 4096);
    }

    private async Task BulkAsync(int rounds, int mib)
    {
        Comparison bulk = new(Expense.Names);
        bulk.Add("splice, C, one direction", () => SendAsync(to => StartAsync("relay-splice", to, PipeCapacity), mib));
        bulk.Add("samples/TcpRelay", () => SendAsync(RelayPeers.StartSampleAsync, mib));
        bulk.Add("Transfer.CopyAsync, twice", () => SendAsync(RelayPeers.StartCopiesAsync, mib));
        bulk.Add("NetworkStream.CopyToAsync, twice", () => SendAsync(RelayPeers.StartStreamsAsync, mib));
        Array.ForEach(others, other => bulk.Add(other.Name, () => SendAsync(other.Start, mib)));
        bulk.Add("read and write, C, one direction", () => SendAsync(to => StartAsync("relay-copy", to, BufferSize), mib));
        await bulk.RunAsync(rounds);
        bulk.Write($"{mib} MiB through a relay, CPU of its process");
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

    private async Task RoundTripsAsync(int rounds, int count, int bytes)
    {
        Comparison trips = new("p50 us", "p99 us", "CPU us");
        trips.Add("NetworkStream.CopyToAsync, twice", () => PingPongAsync(RelayPeers.StartStreamsAsync, count, bytes));
        trips.Add("samples/TcpRelay", () => PingPongAsync(RelayPeers.StartSampleAsync, count, bytes));
        trips.Add("Transfer.CopyAsync, twice", () => PingPongAsync(RelayPeers.StartCopiesAsync, count, bytes));
        Array.ForEach(others, other => trips.Add(other.Name, () => PingPongAsync(other.Start, count, bytes)));
        await trips.RunAsync(rounds);
        trips.Write($"{count} round trips of {bytes} bytes through a relay, CPU of its process for each");
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
