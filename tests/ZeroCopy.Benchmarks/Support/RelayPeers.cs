using System.Globalization;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Benchmarks;

/// <summary>The relays of a comparison: each a process that listens on one port and connects to another.</summary>
internal sealed class RelayPeers : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("zerocopy-");

    private string GoProgram => Path.Combine(_folder.FullName, "relay");

    /// <summary>Two copies of this library, one for each direction.</summary>
    public static Task<Relaying> StartCopiesAsync(string to) => StartOwnAsync("copy", to);

    /// <summary>What .NET has.</summary>
    public static Task<Relaying> StartStreamsAsync(string to) => StartOwnAsync("stream", to);

    /// <summary>The sample, as a user runs it.</summary>
    public static Task<Relaying> StartSampleAsync(string to) => StartSampleAsync(to, []);

    public static Task<Relaying> StartSampleAsync(string to, string[] options) => StartAsync(port => new Child(
        "sh",
        "-c",
        $"exec dotnet {Repository.Built("TcpRelay", "TcpRelay.dll")} --listen 127.0.0.1:{port} --to 127.0.0.1:{to} {string.Join(' ', options)} 2> /dev/null"));

    public static Task<Relaying> StartHAProxyAsync(string to) => StartAsync(
        port => new Child("env", $"LISTEN={port}", $"TO={to}", "haproxy", "-db", "-q", "-f", Repository.PathOf("tests", "ZeroCopy.Benchmarks", "Peers", "haproxy.cfg")));

    public Task<Relaying> StartGoAsync(string to) => StartAsync(port => new Child(GoProgram, port, to));

    /// <summary>The peers that are there: what is missing is named, and left out.</summary>
    public async Task<(string Name, Func<string, Task<Relaying>> Start)[]> FindAsync()
    {
        List<(string, Func<string, Task<Relaying>>)> peers = [];
        if (IsInstalled("haproxy"))
        {
            peers.Add(("HAProxy, splicing", StartHAProxyAsync));
        }

        if (IsInstalled("go"))
        {
            await Child.ShellAsync($"go build -o {GoProgram} {Repository.PathOf("tests", "ZeroCopy.Benchmarks", "Peers", "relay.go")}");
            peers.Add(("io.Copy of Go", StartGoAsync));
        }

        return [.. peers];
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static bool IsInstalled(string program)
    {
        bool isThere = Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));
        if (!isThere)
        {
            Console.Error.WriteLine($"{program} is not installed, and left out");
        }

        return isThere;
    }

    private static async Task<Relaying> StartOwnAsync(string way, string to)
    {
        Child relay = Child.OfThisProgram("relay", way, "0", to);
        return new Relaying(relay, await relay.ReadPortAsync());
    }

    private static async Task<Relaying> StartAsync(Func<string, Child> start)
    {
        int port = SocketPair.FreePort();
        Child relay = start(port.ToString(CultureInfo.InvariantCulture));
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(10));
        for (long end = Environment.TickCount64 + (long)_patience.TotalMilliseconds; !IsListening(port);)
        {
            if (Environment.TickCount64 > end)
            {
                throw new TimeoutException($"Nobody listens on port {port}.");
            }

            await timer.WaitForNextTickAsync();
        }

        return new Relaying(relay, $"{port}");
    }

    /// <summary>Without connecting, which a relay would take for a client.</summary>
    private static bool IsListening(int port) =>
        new[] { "/proc/net/tcp", "/proc/net/tcp6" }.SelectMany(File.ReadLines).Any(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            is [_, string local, _, "0A", ..] && local.EndsWith($":{port:X4}", StringComparison.Ordinal));
}
