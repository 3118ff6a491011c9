using System.Globalization;
using System.Net;

namespace ZeroCopy.Processes.Tests.Soak;

/// <summary>
/// The relay sample under many connections that do what connections do, for long. ZEROCOPY_SOAK_SECONDS says for how long, and ZEROCOPY_SOAK_REPORT where a
/// report goes.
/// </summary>
public sealed class TcpRelaySoakTests : TcpRelayTest
{
    private const string SecondsVariable = "ZEROCOPY_SOAK_SECONDS";
    private const string ReportVariable = "ZEROCOPY_SOAK_REPORT";
    private const int Clients = 500;
    private const int Samples = 90;

    /// <summary>What the pools of the relay keep at most: 112 pipes.</summary>
    private const int DescriptorsOfIdlePipes = 2 * 112;

    private static readonly int _seconds = int.TryParse(Environment.GetEnvironmentVariable(SecondsVariable), CultureInfo.InvariantCulture, out int given)
        ? given
        : Shell.IsContinuousIntegration ? 120 : 5;

    static TcpRelaySoakTests()
    {
        // .NET's engine opens descriptors for its first asynchronous socket, and keeps them.
        using SocketPair sockets = SocketPair.Tcp();
        sockets.Far.Send([1]);
        sockets.Near.ReceiveAsync(new byte[1]).Wait(Patience).Should().BeTrue();
    }

    [Fact]
    public async Task Connections_OfAllManners_AreServedWellAndLeaveNothing()
    {
        using EchoServer server = new();
        ManagedHeap heap = new(PathOf("counters"));
        Outcomes outcomes = new();
        Daemon relay = StartRelay(heap, $"{server.Address}");
        relay.KeepOnly(outcomes.IsOdd);
        Crowd crowd = new(new IPEndPoint(IPAddress.Loopback, PortOf(relay)), server, Clients);
        await crowd.LiveOnceAsync(Manner.Asks, new Random(0));
        Eventually(() => outcomes.Of("completed") == crowd.Of(Manner.Asks), "the first one is over for the relay too");
        int sockets = relay.DescriptorsOf("socket");
        int pipes = relay.DescriptorsOf("pipe");

        Vitals[] samples = await LiveAsync(crowd, () => Vitals.Of(relay, heap));

        Eventually(() => server.Open == 0, "the server's connections are over too");
        Eventually(() => relay.DescriptorsOf("socket") <= sockets, "the relay's sockets are closed");
        Eventually(() => outcomes.Of("completed") == crowd.Of(Manner.Asks) + crowd.Of(Manner.HalfCloses), "so many have ended well");
        Eventually(() => outcomes.Of("idle for too long") == crowd.Of(Manner.Abandons) + crowd.Of(Manner.IsSilent), "so many fell silent");
        int kept = relay.DescriptorsOf("pipe") - pipes;
        Vitals[][] thirds = [.. samples.Chunk(Samples / 3)];
        Report(crowd, outcomes, samples, thirds, kept);

        kept.Should().BeLessThanOrEqualTo(DescriptorsOfIdlePipes);
        Quantity.All.Should().AllSatisfy(quantity =>
            quantity.Median(thirds[2]).Should().BeLessThanOrEqualTo(quantity.Median(thirds[1]) + quantity.Margin, quantity.Name));
        relay.Lines.Should().ContainSingle("it has nothing more to say of itself than where it listens:\n{0}", string.Join('\n', relay.Lines));
        relay.Signal("TERM");
        relay.WaitForExit().Should().Be(0);
    }

    /// <summary>Lets the crowd live for as long as it is to, and looks meanwhile.</summary>
    private static async Task<Vitals[]> LiveAsync(Crowd crowd, Func<Vitals> look)
    {
        using CancellationTokenSource stop = new();
        Task living = crowd.RunAsync(stop.Token);
        List<Vitals> samples = [];
        await InBackground(() =>
        {
            while (samples.Count < Samples && !living.Wait(TimeSpan.FromSeconds(_seconds) / Samples))
            {
                samples.Add(look());
            }
        });
        await stop.CancelAsync();
        await living.WaitAsync(3 * Patience);
        return [.. samples];
    }

    /// <summary>With few objects before each collection, so that there are collections in a short time too.</summary>
    private Daemon StartRelay(ManagedHeap heap, string to)
    {
        string[] settings = ["DOTNET_GCgen0size=400000", .. heap.Settings];
        string[] arguments = ["--listen", AnyPort, "--to", to, "--idle-timeout", "5s"];
        Daemon relay = Own(new Daemon("env", [.. settings, "dotnet", Repository.Built("TcpRelay", "TcpRelay.dll"), .. arguments]));
        relay.WaitForLine("listening on ");
        return relay;
    }

    private static void Report(Crowd crowd, Outcomes outcomes, Vitals[] samples, Vitals[][] thirds, int kept)
    {
        if (Environment.GetEnvironmentVariable(ReportVariable) is not { Length: > 0 } path)
        {
            return;
        }

        string configuration = Repository.Configuration == "release" ? " -c Release" : string.Empty;
        SoakReport report = new();
        string variables = string.Create(CultureInfo.InvariantCulture, $"{SecondsVariable}={_seconds} {ReportVariable}={path}");
        report.Begin($"{variables} dotnet test tests/ZeroCopy.Processes.Tests{configuration} --filter {nameof(TcpRelaySoakTests)}");
        report.Paragraph(
            $"""
            {Clients} connections at a time for {_seconds} seconds, on loopback, between clients and an echo server in the test's process.
            {SoakReport.Machine}
            """);
        report.Quantities(samples, thirds);
        report.Paragraph(
            $"""
            Medians of {samples.Length} samples of the relay's process. Resident memory is RssAnon; managed memory is what the last collection left, with a gen0
            budget of 4 MiB. The machine is shared.
            """);
        report.Lives(crowd);
        report.Paragraph(
            $"""
            {crowd.BytesEchoed >> 30} GiB came back. Of each connection of the first two kinds, length and CRC-32C are those of what was sent. The relay's log has
            {outcomes}.
            In the end it has as many sockets open as before, and {kept} descriptors of pipes more, which it keeps for the next connections.
            """);
        report.WriteTo(Repository.PathOf(path));
    }
}
