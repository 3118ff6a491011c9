// TLS passthrough: each client is connected to the server that its hello names, and what they say to each other goes through unread, inside the kernel.
//
//   dotnet run -c Release --project samples/SniProxy -- --listen 127.0.0.1:8443 --route example.com=127.0.0.1:9443 --route '*.example.org=127.0.0.1:9444'
//
// ADDRESS is HOST:PORT or [IPV6]:PORT, of a server also unix:PATH. SIGINT and SIGTERM end it, and reset all connections.

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using SniProxySample;
using TcpRelaySample;

Option<EndPoint> listen = new("--listen") { Description = "Where to wait for clients.", HelpName = "ADDRESS", Required = true, CustomParser = ParseListen };
Option<Routes> routes = new("--route")
{
    Description = "A server, and the name that it is known by; *.NAME is for all names below. May be given more than once.",
    HelpName = "NAME=ADDRESS",
    Required = true,
    Arity = ArgumentArity.OneOrMore,
    CustomParser = ParseRoutes,
};
Option<EndPoint?> other = new("--default") { Description = "The server for all other names, and for none.", HelpName = "ADDRESS", CustomParser = AddressArgument.Parse };
Option<TimeSpan> helloTimeout = new("--hello-timeout")
{
    Description = "How long to wait for what a client says first, such as 500ms, 5s or 1m.",
    HelpName = "TIME",
    DefaultValueFactory = _ => TimeSpan.FromSeconds(5),
    CustomParser = ParseTime,
};

RootCommand command = new("Passes TLS connections on by the server's name.") { listen, routes, other, helloTimeout };
command.SetAction(arguments =>
{
    Routes all = arguments.GetValue(routes)!;
    all.Default = arguments.GetValue(other);
    return RunAsync(arguments.GetValue(listen)!, new Proxy(all, arguments.GetValue(helloTimeout)));
});
return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });

static async Task<int> RunAsync(EndPoint listen, Proxy proxy)
{
    using CancellationTokenSource stop = new();
    using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    try
    {
        using Listener listener = new(listen);
        Log.Write($"listening on {listener.Address}, for TLS");
        await proxy.RunAsync(listener, stop.Token);
        return 0;
    }
    catch (SocketException e)
    {
        Log.Write($"sniproxy: cannot listen on {Address.Format(listen)}: {e.Message}");
        return 1;
    }

    void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        stop.Cancel();
    }
}

static EndPoint? ParseListen(ArgumentResult result)
{
    EndPoint? address = AddressArgument.Parse(result);
    if (address is UnixDomainSocketEndPoint)
    {
        result.AddError($"'{result.Tokens[0].Value}' is no address of TCP, and half a hello can be waited on for TCP only.");
    }

    return address;
}

static Routes ParseRoutes(ArgumentResult result)
{
    Routes routes = new();
    foreach (string error in result.Tokens.Select(token => routes.Add(token.Value)).OfType<string>())
    {
        result.AddError(error);
    }

    return routes;
}

static TimeSpan ParseTime(ArgumentResult result)
{
    if (!Duration.TryParse(result.Tokens[0].Value, out TimeSpan time) || time > TimeSpan.FromDays(1))
    {
        result.AddError($"'{result.Tokens[0].Value}' is no time: a number and ms, s, m or h, of a day at most.");
    }

    return time;
}
