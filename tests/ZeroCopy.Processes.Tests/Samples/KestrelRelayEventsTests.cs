using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace ZeroCopy.Processes.Tests.Samples;

/// <summary>The snapshots that the relay in an ASP.NET Core host sends to who watches.</summary>
public sealed class KestrelRelayEventsTests : KestrelRelayPageTest
{
    private static readonly byte[] _much = Bytes.Random(20_000_003);

    [Fact]
    public async Task Events_TwoConnections_EachHasItsBytesUntilItIsOver()
    {
        (Socket server, string to) = Listen();
        Daemon host = StartHost(to);
        SocketPair first = ConnectThrough(host, server);
        SocketPair second = ConnectThrough(host, server);
        await MustPass(_much, first.Near, first.Far);
        await MustPass([1, 2, 3], first.Far, first.Near);
        await MustPass([4, 5], second.Far, second.Near);

        JsonElement snapshot = await WatchUntil(host, "all is counted", snapshot => Count(snapshot, "bytesThere") == _much.Length && Count(snapshot, "bytesBack") == 5);

        Count(snapshot, "open").Should().Be(2);
        JsonElement relay = snapshot.GetProperty("relays").EnumerateArray().Should().ContainSingle().Subject;
        Text(relay, "name").Should().Be("Redis");
        Text(relay, "listen").Should().Be(AddressOf(host));
        Text(relay, "upstream").Should().Be(to);
        Count(relay, "open").Should().Be(2);
        Count(relay, "maxConnections").Should().Be(1000);
        MustBe(ConnectionOf(snapshot, first), to, _much.Length, 3);
        MustBe(ConnectionOf(snapshot, second), to, 0, 2);

        first.Dispose();

        snapshot = await WatchUntil(host, "one is over", snapshot => Count(snapshot, "open") == 1);
        snapshot.GetProperty("connections").GetArrayLength().Should().Be(1);
        MustBe(ConnectionOf(snapshot, second), to, 0, 2);
        Count(snapshot, "bytesThere").Should().Be(_much.Length, "what is over is in the sum");
        Count(snapshot, "bytesBack").Should().Be(5);
    }

    [Fact]
    public async Task Events_BytesMoveBetweenTwo_RateIsTheirNumberInThatTime()
    {
        const int Step = 1000;
        (Socket server, string to) = Listen();
        Daemon host = StartHost(to);
        SocketPair ends = ConnectThrough(host, server);
        await MustPass(_much, ends.Near, ends.Far);
        double before = 0;
        double seconds = 0;

        JsonElement snapshot = await WatchUntil(host, "a rate is right", snapshot =>
        {
            double now = ConnectionOf(snapshot, ends).GetProperty("seconds").GetDouble();
            (seconds, before) = (now - before, now);
            ends.Near.Send(_much.AsSpan(0, Step));
            ends.Far.ReceiveExactly(Step);
            return Math.Abs((Rate(ConnectionOf(snapshot, ends), "rateThere") * seconds) - Step) < Step / 10.0;
        });

        Rate(snapshot, "rateThere").Should().Be(Rate(ConnectionOf(snapshot, ends), "rateThere"), "there is no other");
        Rate(snapshot, "rateBack").Should().Be(0);
        Rate(ConnectionOf(snapshot, ends), "rateBack").Should().Be(0);
    }

    [Fact]
    public async Task Events_MoreConnectionsThanAreShown_TheBusiestOnes()
    {
        const int Shown = 100;
        const int Connections = Shown + 7;
        (Socket server, string to) = Listen();
        Daemon host = StartHost(to);
        SocketPair[] all = [.. Enumerable.Range(0, Connections).Select(_ => ConnectThrough(host, server))];
        (SocketPair moved, SocketPair moves) = (all[^3], all[^2]);
        await MustPass(_much, moved.Near, moved.Far);
        await MustPass([1, 2, 3], all[^1].Far, all[^1].Near);

        JsonElement snapshot = await WatchUntil(host, "the one that moves is before those that have moved", snapshot =>
        {
            moves.Far.Send([1]);
            moves.Near.ReceiveExactly(1);
            return Text(snapshot.GetProperty("connections")[0], "client") == $"{moves.Near.LocalEndPoint}";
        });

        Count(snapshot, "open").Should().Be(Connections);
        snapshot.GetProperty("connections").EnumerateArray().Select(connection => Text(connection, "client")).Should().HaveCount(Shown).And.OnlyHaveUniqueItems()
            .And.StartWith([$"{moves.Near.LocalEndPoint}", $"{moved.Near.LocalEndPoint}", $"{all[^1].Near.LocalEndPoint}"]);
    }

    [Fact]
    public async Task Events_MoreViewersThanMayBe_OneIsTurnedAwayUntilAnotherHasGone()
    {
        (_, string to) = Listen();
        Daemon host = StartHost(to, "--Http:MaxViewers", "1");
        HttpResponseMessage first = await GetAsync(host, "/events");
        (await GetAsync(host, "/events")).StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await GetAsync(host, "/healthz")).StatusCode.Should().Be(HttpStatusCode.OK);

        first.Dispose();

        Eventually(() => GetAsync(host, "/events").GetAwaiter().GetResult().IsSuccessStatusCode, "there is room for one");
        host.Lines.Should().NotContain(line => line.Contains("fail:", StringComparison.Ordinal), "that is nothing to tell of");
    }

    [Fact]
    public async Task Signal_PageIsOpen_EventsEndAndTheHostStopsAtOnce()
    {
        (_, string to) = Listen();
        Daemon host = StartHost(to, "--ShutdownTimeoutSeconds", "600");
        HttpResponseMessage page = await GetAsync(host, "/events");
        await WatchUntil(host, "there is one for everybody", _ => true);

        host.Signal("TERM");

        host.WaitForExit().Should().Be(0);
        string events = await page.Content.ReadAsStringAsync().WaitAsync(Patience);
        events.Should().StartWith("data: {").And.EndWith("}\n\n", "they end in order");
    }

    private static long Count(JsonElement element, string name) => element.GetProperty(name).GetInt64();

    private static double Rate(JsonElement element, string name) => element.GetProperty(name).GetDouble();

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static JsonElement ConnectionOf(JsonElement snapshot, SocketPair ends) => snapshot.GetProperty("connections").EnumerateArray().Should()
        .ContainSingle(connection => Text(connection, "client") == $"{ends.Near.LocalEndPoint}").Subject;

    private static void MustBe(JsonElement connection, string upstream, long there, long back)
    {
        Text(connection, "relay").Should().Be("Redis");
        Text(connection, "upstream").Should().Be(upstream);
        Count(connection, "bytesThere").Should().Be(there);
        Count(connection, "bytesBack").Should().Be(back);
        Rate(connection, "seconds").Should().BePositive();
    }
}
