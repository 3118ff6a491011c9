// A TCP port forwarder: each client is connected to the target, and the bytes go both ways inside the kernel.
//
//   dotnet run -c Release --project samples/TcpRelay -- --listen 127.0.0.1:6380 --to 127.0.0.1:6379 [--max-connections N] [--connect-timeout 10s]
//       [--idle-timeout 5m] [--max-bytes N] [--tap FILE] [--live]
//   dotnet run -c Release --project samples/TcpRelay -- --explain
//
// ADDRESS is HOST:PORT, [IPV6]:PORT or unix:PATH. Of connections there are never more than descriptors suffice for; a client beyond that, or beyond
// --max-connections, waits in the backlog. With --tap, what connection N carries is copied to FILE.N.there and FILE.N.back. SIGINT and SIGTERM stop it: no
// new clients, and those that are there may finish; who is still there at a second one, or after 30 seconds, is reset.

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using TcpRelaySample;

Option<EndPoint> listen = new("--listen") { Description = "Where to wait for clients.", HelpName = "ADDRESS", Required = true, CustomParser = AddressArgument.Parse };
Option<EndPoint> to = new("--to") { Description = "Where to connect each of them to.", HelpName = "ADDRESS", Required = true, CustomParser = AddressArgument.Parse };
Option<int> maxConnections = new("--max-connections")
{
    Description = "Serve so many clients at a time, or fewer if descriptors (ulimit -n) suffice for no more; others wait until one has ended.",
    HelpName = "N",
    DefaultValueFactory = _ => 10_000,
    CustomParser = ParseConnections,
};
Option<TimeSpan> connectTimeout = new("--connect-timeout")
{
    Description = "Reset a client that is not connected to the target after so long.",
    HelpName = "TIME",
    DefaultValueFactory = _ => TimeSpan.FromSeconds(10),
    CustomParser = ParseTime,
};
Option<TimeSpan> idleTimeout = new("--idle-timeout")
{
    Description = "End a connection after so long without a byte, such as 500ms, 30s, 5m or 1h.",
    HelpName = "TIME",
    DefaultValueFactory = _ => TimeSpan.FromMinutes(5),
    CustomParser = ParseTime,
};
Option<long?> maxBytes = new("--max-bytes")
{
    Description = "End a connection after so many bytes in either direction.",
    HelpName = "N",
    CustomParser = ParseCount,
};
Option<string?> tap = new("--tap")
{
    Description = "Copy what connection N carries to FILE.N.there and FILE.N.back.",
    HelpName = "FILE",
    CustomParser = ParseFile,
};
Option<bool> live = new("--live") { Description = "Show a table of the connections and their rates." };
Option<bool> explain = new("--explain")
{
    Description = "Tell what this machine permits and which way the bytes would take, and forward nothing.",
    Arity = ArgumentArity.Zero,
    Action = new ExplainAction(),
};

RootCommand command = new("Forwards TCP and unix connections.") { listen, to, maxConnections, connectTimeout, idleTimeout, maxBytes, tap, live, explain };
command.SetAction(arguments => RunAsync(
    arguments.GetValue(listen)!,
    arguments.GetValue(to)!,
    new Limits(
        Math.Min(arguments.GetValue(maxConnections), Descriptors.RoomForConnections(areTapped: arguments.GetValue(tap) is not null)),
        arguments.GetValue(connectTimeout),
        arguments.GetValue(idleTimeout),
        arguments.GetValue(maxBytes)),
    arguments.GetValue(tap),
    arguments.GetValue(live)));
return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });

static async Task<int> RunAsync(EndPoint listen, EndPoint to, Limits limits, string? tapFile, bool isLive)
{
    using CancellationTokenSource stop = new();
    using CancellationTokenSource abort = new();
    using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    Forwarder forwarder = new(to, limits, tapFile);
    try
    {
        using Listener listener = new(listen);
        Log.Write(string.Create(
            CultureInfo.InvariantCulture, $"listening on {listener.Address}, forwarding to {Address.Format(to)}, {limits.MaxConnections} clients at a time"));
        await (isLive
            ? LiveView.ShowAsync(forwarder, log => forwarder.RunAsync(listener, log, stop.Token, abort.Token))
            : forwarder.RunAsync(listener, Log.Write, stop.Token, abort.Token));
        return 0;
    }
    catch (SocketException e)
    {
        Log.Write($"tcprelay: cannot listen on {Address.Format(listen)}: {e.Message}");
        return 1;
    }

    void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        (stop.IsCancellationRequested ? abort : stop).Cancel();
    }
}

static int ParseConnections(ArgumentResult result)
{
    if (!int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int count) || count == 0)
    {
        result.AddError($"--max-connections: '{result.Tokens[0].Value}' is no number of connections, of which there has to be one at least.");
    }

    return count;
}

static TimeSpan ParseTime(ArgumentResult result)
{
    if (!Duration.TryParse(result.Tokens[0].Value, out TimeSpan time) || time > TimeSpan.FromDays(1))
    {
        result.AddError($"'{result.Tokens[0].Value}' is no time: a number and ms, s, m or h, of a day at most.");
    }

    return time;
}

static long? ParseCount(ArgumentResult result)
{
    if (long.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out long count))
    {
        return count;
    }

    result.AddError($"--max-bytes: '{result.Tokens[0].Value}' is no number of bytes.");
    return null;
}

static string? ParseFile(ArgumentResult result)
{
    string file = result.Tokens[0].Value;
    string? folder = Path.GetDirectoryName(Path.GetFullPath(file.Length == 0 ? "/" : file));
    if (folder is not null && Directory.Exists(folder) && Path.GetFileName(file).Length > 0)
    {
        return file;
    }

    result.AddError($"--tap: '{file}' is no name for files in a folder that there is.");
    return null;
}
