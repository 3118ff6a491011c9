using System.Globalization;

namespace ZeroCopy.Benchmarks;

/// <summary>
/// TCP relays side by side, each a process of its own between two others, on loopback. Each has a quarter of the work to warm up on, which does
/// not count: a relay runs for long, and what it takes to compile it is not what a byte costs.
/// </summary>
internal sealed class RelayComparison(CProgram peer)
{
    /// <summary>As much as an unprivileged user may give a pipe.</summary>
    private const string PipeCapacity = "1048576";

    /// <summary>That of <see cref="Stream.CopyToAsync(Stream)"/>.</summary>
    private const string BufferSize = "81920";

    public static async Task RunAsync(string[] arguments)
    {
        Dictionary<string, int> options = Options.Parse(arguments, ("--rounds", 9), ("--mib", 4096), ("--count", 20_000));
        using CProgram peer = await CProgram.BuildAsync("peer");
        RelayComparison relays = new(peer);
        await relays.BulkAsync(options["--rounds"], options["--mib"]);
        await relays.RoundTripsAsync(options["--rounds"], options["--count"], bytes: 64);
        await relays.RoundTripsAsync(options["--rounds"], options["--count"], bytes: 4096);
    }

    private static Child Copy(string to) => Child.OfThisProgram("relay", "copy", "0", to);

    private static Child Streams(string to) => Child.OfThisProgram("relay", "stream", "0", to);

    private async Task BulkAsync(int rounds, int mib)
    {
        Comparison bulk = new(Expense.Names);
        bulk.Add("splice, C, one direction", () => SendAsync(to => peer.Start("relay-splice", "0", to, PipeCapacity), mib));
        bulk.Add("Transfer.CopyAsync", () => SendAsync(Copy, mib));
        bulk.Add("NetworkStream.CopyToAsync", () => SendAsync(Streams, mib));
        bulk.Add("read and write, C, one direction", () => SendAsync(to => peer.Start("relay-copy", "0", to, BufferSize), mib));
        await bulk.RunAsync(rounds);
        bulk.Write($"{mib} MiB through a relay, CPU of its process");
    }

    private async Task<double[]> SendAsync(Func<string, Child> start, int mib)
    {
        using Child sink = peer.Start("sink", "0");
        using Child relay = start(await sink.ReadPortAsync());
        string port = await relay.ReadPortAsync();
        await SendAsync(port, sink, (mib + 3) / 4);
        TimeSpan before = relay.CpuTime;
        double seconds = await SendAsync(port, sink, mib);
        return new Expense((relay.CpuTime - before).TotalSeconds, seconds).Figures(mib);
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
        trips.Add("NetworkStream.CopyToAsync", () => PingPongAsync(Streams, count, bytes));
        trips.Add("Transfer.CopyAsync", () => PingPongAsync(Copy, count, bytes));
        await trips.RunAsync(rounds);
        trips.Write($"{count} round trips of {bytes} bytes through a relay, CPU of its process for each");
    }

    private async Task<double[]> PingPongAsync(Func<string, Child> start, int count, int bytes)
    {
        using Child echo = peer.Start("echo", "0");
        using Child relay = start(await echo.ReadPortAsync());
        string port = await relay.ReadPortAsync();
        await PingPongAsync(port, (count + 3) / 4, bytes);
        TimeSpan before = relay.CpuTime;
        double[] percentiles = await PingPongAsync(port, count, bytes);
        return [.. percentiles, (relay.CpuTime - before).TotalMicroseconds / count];
    }

    private async Task<double[]> PingPongAsync(string port, int count, int bytes)
    {
        using Child near = peer.Start("pingpong", port, $"{count}", $"{bytes}");
        string[] percentiles = (await near.ReadLineAsync()).Split(' ');
        await near.WaitAsync();
        return [.. percentiles.Select(value => double.Parse(value, CultureInfo.InvariantCulture))];
    }
}
