using System.Globalization;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Benchmarks;

/// <summary>Requests a second of redis-benchmark, without pipelining, through relays to a redis-server of its own.</summary>
internal static class RedisComparison
{
    public static async Task RunAsync(Report report)
    {
        report.Begin(
            "Redis behind relays", "redis-benchmark without pipelining, 50 connections; CPU of the relay for each request.", "redis-server", "haproxy", "nginx", "go", "socat");
        int requests = report.Work.Of(100_000);
        string port = SocketPair.FreePort().ToString(CultureInfo.InvariantCulture);
        using Child server = new("redis-server", "--port", port, "--bind", "127.0.0.1", "--save", string.Empty, "--appendonly", "no", "--loglevel", "warning");
        using RelayPeers peers = new();
        Comparison comparison = new("SET a second", "GET a second", "CPU us");
        foreach ((string name, Func<string, Task<Relaying>> start) in RelayPeers.DotNet.Concat(await peers.FindAsync(threads: 1)))
        {
            comparison.Add(name, () => MeasureAsync(start, port, requests));
        }

        await comparison.RunAsync(report, $"{requests} requests of each kind");
    }

    private static async Task<double[]> MeasureAsync(Func<string, Task<Relaying>> start, string server, int requests)
    {
        using Relaying relay = await start(server);
        await BenchmarkAsync(relay, requests / 4);
        TimeSpan before = relay.Process.CpuTime;
        double[] rates = await BenchmarkAsync(relay, requests);
        return [.. rates, (relay.Process.CpuTime - before).TotalMicroseconds / (2 * requests)];
    }

    private static async Task<double[]> BenchmarkAsync(Relaying relay, int requests)
    {
        using Child benchmark = new("redis-benchmark", "-h", "127.0.0.1", "-p", relay.Port, "-t", "set,get", "-P", "1", "-c", "50", "-n", $"{requests}", "--csv");
        await benchmark.ReadLineAsync(); // The names of the columns.
        double[] rates = [await ReadRateAsync(benchmark), await ReadRateAsync(benchmark)];
        await benchmark.WaitAsync();
        return rates;
    }

    /// <summary>A line is <c>"SET","45662.10","1.05",...</c>.</summary>
    private static async Task<double> ReadRateAsync(Child benchmark) =>
        double.Parse((await benchmark.ReadLineAsync()).Split(',')[1].Trim('"'), CultureInfo.InvariantCulture);
}
