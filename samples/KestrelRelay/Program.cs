// A layer-4 relay in an ASP.NET Core host: Kestrel serves HTTP on some of its end points, and on others the bytes go both ways inside the kernel.
//
//   dotnet run -c Release --project samples/KestrelRelay -- --Relay:Redis:Listen 127.0.0.1:6380 --Relay:Redis:To 127.0.0.1:6379
//
// http://127.0.0.1:8080 is a page that shows who is connected and what moves, and http://127.0.0.1:8080/connections the connections as JSON.
//
// Settings are in appsettings.json, and come from the environment and the command line as any of ASP.NET Core's; another name beside Redis is another
// relay. SIGINT and SIGTERM stop the host: no new clients, and those that are there may finish, for ShutdownTimeoutSeconds.

using System.Net.Sockets;
using KestrelRelaySample;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

try
{
    await using WebApplication app = Build(args);
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (e is InvalidSettingException or IOException or SocketException or InvalidDataException or FormatException)
{
    // What is wrong with a setting, or with an address to listen on. Anything else is a fault of the program, and is shown as one.
    await Console.Error.WriteLineAsync($"kestrelrelay: {e.Message}");
    return 1;
}

static WebApplication Build(string[] args)
{
    WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    builder.Services.AddSingleton(HttpSettings.Read(builder.Configuration.GetSection("Http")));
    builder.Services.AddSingleton<HttpConnectionLimit>();
    builder.Services.AddSingleton<LiveFeed>();
    foreach ((string name, RelaySettings settings) in RelaySettings.Read(builder.Configuration.GetSection("Relay")))
    {
        builder.Services.AddSingleton(services => new Relay(name, settings, services.GetRequiredService<ILogger<Relay>>()));
    }

    // Kestrel asks each factory whether it can bind an end point. Its own, which is there already, takes those of HTTP; this one no other than relays'.
    builder.Services.AddSingleton<IConnectionListenerFactory, RelayListenerFactory>();
    builder.Services.AddOptions<KestrelServerOptions>().Configure<HttpConnectionLimit, IEnumerable<Relay>>((kestrel, limit, relays) =>
    {
        kestrel.ConfigureEndpointDefaults(limit.ApplyTo);
        foreach (Relay relay in relays)
        {
            relay.ListenIn(kestrel);
        }
    });

    // What keeps the host from starting is said once, above.
    builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);

    WebApplication app = builder.Build();
    IEnumerable<Relay> relays = app.Services.GetServices<Relay>();

    // ASP.NET Core's own lines, which have the relays as addresses of HTTP, are off in appsettings.json.
    app.Lifetime.ApplicationStarted.Register(() =>
    {
        foreach (string url in app.Urls.Where(url => !RelayEndPoint.IsShownBy(url)))
        {
            RelayLog.ListeningForHttp(app.Logger, url);
        }

        foreach (Relay relay in relays)
        {
            relay.LogAddress();
        }
    });
    app.MapPage();
    app.MapGet("/healthz", () => "OK\n");
    app.MapGet("/connections", () =>
        TypedResults.Json([.. relays.SelectMany(relay => relay.Look().Open).Select(connection => connection.Describe())], RelayJson.Default.ConnectionInfoArray));
    return app;
}
