using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ZeroCopy.Benchmarks;

/// <summary>
/// Whether many relays with a message now and then feel it that another one of the same process moves as much as it can. All of them are in this
/// process; their ends are C programs.
/// </summary>
internal sealed class BusyRelays(PeerProgram crowd, PeerProgram peer, int relays, int seconds)
{
    private const string MessageIntervalMilliseconds = "250";
    private const string MessageBytes = "64";

    /// <summary>More than is sent in the time: it is cut off.</summary>
    private const string EndlessMib = "1000000";

    public static async Task RunAsync(Report report)
    {
        report.Begin(
            "Messages beside a bulk transfer",
            """
            Relays in one process, each with a message and its echo every 250 ms, alone and beside one more that moves as much as it can. The second but one row is
            what the machine does to them by itself: its processors have a sender, a receiver and these ends to run.
            """);
        using PeerProgram crowd = await PeerProgram.BuildAsync("crowd");
        using PeerProgram peer = await PeerProgram.BuildAsync("peer");
        BusyRelays busy = new(crowd, peer, relays: 999, report.Work.Of(4));
        Comparison comparison = new("p50 us", "p99 us");
        comparison.Add("alone", busy.PingAsync);
        comparison.Add("beside a bulk transfer past the relays", busy.PingBesideBulkPastItAsync);
        comparison.Add("beside a bulk relay", busy.PingBesideBulkAsync);
        await busy.PingAsync();
        await comparison.RunAsync(report, $"999 relays, messages of {MessageBytes} bytes");
    }

    /// <summary>What of it is only that the machine has something else to do.</summary>
    private async Task<double[]> PingBesideBulkPastItAsync()
    {
        using Child sink = peer.Start("sink", "0");
        using Child send = peer.Start("send", await sink.ReadPortAsync(), EndlessMib);
        return await PingAsync();
    }

    private async Task<double[]> PingBesideBulkAsync()
    {
        using Child sink = peer.Start("sink", "0");
        using Socket listener = Listen();
        Task relaying = RelayAsync(listener, Loopback.At(await sink.ReadPortAsync()), 1);
        double[] percentiles;
        using (Child send = peer.Start("send", PortOf(listener), EndlessMib))
        {
            percentiles = await PingAsync();
        }

        await relaying;
        return percentiles;
    }

    private async Task<double[]> PingAsync()
    {
        using Child echo = crowd.Start("echo", "0");
        using Socket listener = Listen();
        Task relaying = RelayAsync(listener, Loopback.At(await echo.ReadPortAsync()), relays);
        using Child ping = crowd.Start("ping", PortOf(listener), $"{relays}", $"{seconds}", MessageIntervalMilliseconds, MessageBytes);
        string[] percentiles = (await ping.ReadLineAsync()).Split(' ');
        await ping.WaitAsync();
        await relaying;
        return [.. percentiles.Select(value => double.Parse(value, CultureInfo.InvariantCulture))];
    }

    private static async Task RelayAsync(Socket listener, EndPoint target, int count)
    {
        List<Task> running = new(count);
        for (int i = 0; i < count; i++)
        {
            running.Add(RelayAsync(await SpliceSocket.AcceptAsync(listener), target));
        }

        await Task.WhenAll(running);
    }

    private static async Task RelayAsync(Socket client, EndPoint target)
    {
        using (client)
        {
            using Socket server = await SpliceSocket.ConnectAsync(target);
            client.NoDelay = true;
            server.NoDelay = true;
            await Transfer.RelayAsync(client, server);
        }
    }

    private static Socket Listen()
    {
        Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(Loopback.At("0"));
        listener.Listen();
        return listener;
    }

    private static string PortOf(Socket listener) => $"{((IPEndPoint)listener.LocalEndPoint!).Port}";
}
