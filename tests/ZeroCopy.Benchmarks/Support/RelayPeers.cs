using System.Globalization;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Benchmarks;

/// <summary>The relays of a comparison: each a process that listens on one port and connects to another.</summary>
internal sealed class RelayPeers : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("zerocopy-");
    private readonly List<Relaying> _running = [];
    private PeerProgram? _go;

    public const string Socat = "socat";

    private const string NginxModule = "/usr/lib/nginx/modules/ngx_stream_module.so";

    /// <summary>The relays that are .NET programs, the first of which is what the others are compared to.</summary>
    public static (string Name, Func<string, Task<Relaying>> Start)[] DotNet { get; } =
    [
        ("NetworkStream.CopyToAsync", to => StartOwnAsync("stream", to)),
        ("NetworkStream.CopyToAsync, 1 MiB", to => StartOwnAsync("large-stream", to)),
        ("System.IO.Pipelines", to => StartOwnAsync("pipelines", to)),
        ("samples/TcpRelay", StartSampleAsync),
        ("Transfer.RelayAsync", to => StartOwnAsync("splice", to)),
        ("Transfer.RelayAsync, no splice", to => StartOwnAsync("copy", to)),
    ];

    /// <summary>Whether a name is that of something of this library.</summary>
    public static bool IsOurs(string name) => name is "samples/TcpRelay" or "Transfer.RelayAsync";

    /// <summary>A relay that is a process of this program's.</summary>
    /// <param name="way">See <see cref="RelayProgram"/>.</param>
    /// <param name="to">The port that it connects to.</param>
    /// <param name="pipeCapacity">0 for that of the library.</param>
    public static async Task<Relaying> StartOwnAsync(string way, string to, int pipeCapacity = 0)
    {
        Child relay = Child.OfThisProgram("relay", way, "0", to, $"{pipeCapacity}");
        return new Relaying(relay, await relay.ReadPortAsync());
    }

    /// <summary>The sample, as a user runs it.</summary>
    public static Task<Relaying> StartSampleAsync(string to) => StartSampleAsync(to, []);

    public static Task<Relaying> StartSampleAsync(string to, string[] options) => StartAsync(port => new Child(
        "sh",
        "-c",
        $"exec dotnet {Repository.Built("TcpRelay", "TcpRelay.dll")} --listen 127.0.0.1:{port} --to 127.0.0.1:{to} {string.Join(' ', options)} 2> /dev/null"));

    /// <summary>HAProxy, with as many threads as given.</summary>
    public static Task<Relaying> StartHAProxyAsync(string to, int threads, bool splices) => StartAsync(port => new Child(
        "env",
        [$"LISTEN={port}", $"TO={to}", $"THREADS={threads}", .. splices ? ["SPLICING=1"] : (string[])[], "haproxy", "-db", "-q", "-f", PeerProgram.PathOf("haproxy.cfg")]));

    /// <summary>The relays that are no .NET programs: what is missing is named, and left out.</summary>
    /// <param name="threads">How many threads those have that are told so.</param>
    public async Task<(string Name, Func<string, Task<Relaying>> Start)[]> FindAsync(int threads)
    {
        List<(string, Func<string, Task<Relaying>>)> peers = [];
        if (Machine.Has("haproxy"))
        {
            peers.Add(("HAProxy, splicing", to => StartHAProxyAsync(to, threads, splices: true)));
            peers.Add(("HAProxy, not splicing", to => StartHAProxyAsync(to, threads, splices: false)));
        }

        if (Machine.Has("nginx") && Machine.HasFile(NginxModule))
        {
            peers.Add(("nginx stream", StartNginxAsync));
        }

        _go = await PeerProgram.TryBuildGoAsync("relay");
        if (_go is not null)
        {
            peers.Add(("io.Copy of Go", to => StartAsync(port => _go.Start(port, to))));
        }

        if (Machine.Has(Socat))
        {
            peers.Add((Socat, to => StartAsync(port => new Child(
                Socat, "-b", "131072", $"TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr,nodelay,fork,backlog=4096", $"TCP:127.0.0.1:{to},nodelay"))));
        }

        return [.. peers];
    }

    /// <summary>Starts relays to one port, which run until this is disposed: a relay runs for long, and what it takes to compile it is not what a byte costs.</summary>
    /// <param name="to">The port that they connect to.</param>
    /// <param name="threads">How many threads those have that are told so.</param>
    public async Task<(string Name, Relaying Relay)[]> StartAllAsync(string to, int threads)
    {
        List<(string, Relaying)> relays = [];
        foreach ((string name, Func<string, Task<Relaying>> start) in DotNet.Concat(await FindAsync(threads)))
        {
            _running.Add(await start(to));
            relays.Add((name, _running[^1]));
        }

        return [.. relays];
    }

    public void Dispose()
    {
        _running.ForEach(relay => relay.Dispose());
        _folder.Delete(recursive: true);
        _go?.Dispose();
    }

    /// <summary>Its configuration cannot have variables where ports are.</summary>
    private Task<Relaying> StartNginxAsync(string to) => StartAsync(port =>
    {
        string configuration = Path.Combine(_folder.FullName, "nginx.conf");
        string text = File.ReadAllText(PeerProgram.PathOf("nginx.conf"));
        File.WriteAllText(configuration, text.Replace(":LISTEN", $":{port}", StringComparison.Ordinal).Replace(":TO", $":{to}", StringComparison.Ordinal));
        return new Child("nginx", "-p", _folder.FullName, "-c", configuration);
    });

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
