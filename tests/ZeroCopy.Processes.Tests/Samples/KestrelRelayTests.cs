using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace ZeroCopy.Processes.Tests.Samples;

/// <summary>The relay in an ASP.NET Core host, between programs that do all that peers do.</summary>
public sealed class KestrelRelayTests : KestrelRelayTest
{
    /// <summary>More than all that is between the ends holds.</summary>
    private static readonly byte[] _much = Bytes.Random(20_000_003);

    private static long Large => Shell.IsContinuousIntegration ? 1L << 30 : 64 << 20;

    [Theory]
    [InlineData(false, false, true)]
    [InlineData(false, false, false)]
    [InlineData(false, true, true)]
    [InlineData(true, false, false)]
    public void OneSideEnds_TheOtherGoesOn_BytesAndEndsPass(bool isUnixHere, bool isUnixThere, bool clientFirst)
    {
        (Socket server, string to) = Listen(isUnixThere);
        Daemon host = StartHost(to, "--Relay:Redis:Listen", isUnixHere ? $"unix:{NewPath()}" : AnyPort);
        SocketPair ends = ConnectThrough(host, server);
        (Socket first, Socket second) = clientFirst ? (ends.Near, ends.Far) : (ends.Far, ends.Near);

        MustSendAll(first, second, _much);
        MustSendAll(second, first, _much[..^7]);

        host.WaitForLine($"completed; {(clientFirst ? "20000003 bytes there, 19999996 back" : "19999996 bytes there, 20000003 back")}");
    }

    [Fact]
    public async Task MuchBothWaysAtOnce_ArrivesAsItWas()
    {
        (Socket server, string to) = Listen();
        SocketPair ends = ConnectThrough(StartHost(to), server);
        Content there = new(Large, seed: 1);
        Content back = new(Large - 12_345, seed: 2);

        Task[] sending = [Send(ends.Near, there), Send(ends.Far, back)];
        Task<Digest> atServer = Receive(ends.Far);
        Task<Digest> atClient = Receive(ends.Near);

        await Task.WhenAll([.. sending, atServer, atClient]).WaitAsync(4 * Patience);
        (await atServer).Should().Be(there.Digest);
        (await atClient).Should().Be(back.Digest);
    }

    [SkippableFact]
    public void Http_WhileARelayIsBusy_IsServedAndTellsOfIt()
    {
        (Socket server, string to) = Listen();
        Daemon host = StartHost(to);
        GetConnections(host).Should().BeEmpty();
        SocketPair ends = ConnectThrough(host, server);
        ends.Near.Send(_much.AsSpan(0, 1000));
        ends.Far.ReceiveExactly(1000);
        ends.Far.Send([1, 2, 3]);
        ends.Near.ReceiveExactly(3);
        using CancellationTokenSource stop = new();
        SocketPair busy = ConnectThrough(host, server);
        Task chatter = OnItsOwnThread(() => PingPong(busy, stop.Token));

        Get(host, "/healthz").Should().Be("OK\n");
        JsonElement connection = default;
        Eventually(
            () =>
            {
                connection = GetConnections(host).Should()
                    .ContainSingle(connection => connection.GetProperty("client").GetString() == $"{ends.Near.LocalEndPoint}").Subject;
                return connection.GetProperty("bytesThere").GetInt64() == 1000 && connection.GetProperty("bytesBack").GetInt64() == 3;
            },
            "they are counted a moment after they have moved");
        connection.GetProperty("relay").GetString().Should().Be("Redis");

        chatter.IsCompleted.Should().BeFalse("it goes on beside it");
        stop.Cancel();
        chatter.Wait(Patience).Should().BeTrue();
        ends.Dispose();
        busy.Dispose();
        Eventually(() => GetConnections(host).Length == 0, "they are over");
    }

    [Fact]
    public void TwoRelays_EachHasItsTarget()
    {
        (Socket server, string to) = Listen();
        (Socket other, string toOther) = Listen();
        Daemon host = StartHost(to, "--Relay:Web:Listen", AnyPort, "--Relay:Web:To", toOther);
        string line = host.WaitForLine("Web is listening on ");
        IPEndPoint web = IPEndPoint.Parse(line[(line.IndexOf("on ", StringComparison.Ordinal) + 3)..line.IndexOf(',', StringComparison.Ordinal)]);
        line = host.WaitForLine("Redis is listening on ");
        IPEndPoint redis = IPEndPoint.Parse(line[(line.IndexOf("on ", StringComparison.Ordinal) + 3)..line.IndexOf(',', StringComparison.Ordinal)]);

        MustPass(redis, server);
        MustPass(web, other);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public void Reset_OfEitherSide_PassedOnAsOneAndReported(bool fromClient, bool whileItIsSentMuch)
    {
        (Socket server, string to) = Listen();
        Daemon host = StartHost(to);
        SocketPair ends = ConnectThrough(host, server);
        SocketPair sides = fromClient ? new SocketPair(ends.Far, ends.Near) : ends;
        sides.Near.Send([1]);
        sides.Far.ReceiveExactly(1);
        if (whileItIsSentMuch)
        {
            sides.Near.Fill();
        }

        sides.ResetFromFar();

        MustBeReset(sides.Near);
        host.WaitForLine("failed: ").Should().MatchRegex(fromClient ? "(ECONNRESET|EPIPE) at the client" : "(ECONNRESET|EPIPE) at the server");
    }

    [Fact]
    public void Upstream_RefusesAndThenListens_ClientIsResetAndTheNextServed()
    {
        int port = SocketPair.FreePort();
        Daemon host = StartHost(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"));
        MustBeReset(Connect(host));
        host.WaitForLine("cannot connect: Connection refused; 0 bytes there, 0 back");

        using Socket server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        server.Bind(new IPEndPoint(IPAddress.Loopback, port));
        server.Listen();
        SocketPair served = ConnectThrough(host, server);
        MustSendAll(served.Near, served.Far, _much);
    }

    [Fact]
    public async Task ManyConnectionsAtOnce_EachHasItsOwnBytes_AndNothingIsLeft()
    {
        const int Connections = 200;
        const int DescriptorsOfPipes = Connections * 2 * 2;
        (Socket server, string to) = Listen();
        server.Listen(Connections);
        Daemon host = StartHost(to);
        int before = host.Descriptors;
        Task<bool>[] echoes = [.. Enumerable.Range(0, Connections).Select(_ => OnItsOwnThread(() =>
        {
            using Socket socket = server.Accept();
            socket.Send(socket.ReceiveToEnd());
            return true;
        }))];
        Task<bool>[] clients = [.. Enumerable.Range(0, Connections).Select(i => OnItsOwnThread(() =>
        {
            byte[] bytes = Bytes.Random(300_000 + i);
            using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            client.Connect(IPAddress.Loopback, PortOf(host));
            MustSendAll(client, client, bytes);
            return true;
        }))];

        await Task.WhenAll([.. clients, .. echoes]).WaitAsync(4 * Patience);

        host.WaitForLines("completed", Connections);
        Eventually(() => host.Descriptors <= before + DescriptorsOfPipes, "descriptors are closed, but for pipes that are kept for the next");
    }

    /// <summary>That is what the listener of its own is for: .NET's engine, which serves HTTP in the same process, would be woken for each event.</summary>
    [Fact]
    public void Sockets_OfARelay_AreWaitedForInOnePlace()
    {
        (Socket server, string to) = Listen();
        Daemon host = StartHost(to);
        List<SocketPair> relayed = [.. Enumerable.Range(0, 5).Select(_ => ConnectThrough(host, server))];
        foreach (SocketPair ends in relayed)
        {
            ends.Near.Send([1]);
            ends.Far.ReceiveExactly(1);
            ends.Far.Send([2]);
            ends.Near.ReceiveExactly(1);
        }

        string[] waitedFor = [];
        Eventually(() => (waitedFor = [.. WaitedFor(host)]).Length >= 2 * relayed.Count, "both sockets of each relay are waited for");
        waitedFor.Should().OnlyHaveUniqueItems();
    }

    private static Task<bool> Send(Socket socket, Content content) => OnItsOwnThread(() =>
    {
        foreach (ReadOnlyMemory<byte> chunk in content.Chunks())
        {
            socket.Send(chunk.Span);
        }

        socket.Shutdown(SocketShutdown.Send);
        return true;
    });

    private static Task<Digest> Receive(Socket socket) => OnItsOwnThread(() =>
    {
        using NetworkStream stream = new(socket);
        return Digest.OfRest(stream, seed: 3);
    });

    private static bool PingPong(SocketPair ends, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            ends.Near.Send([1]);
            ends.Far.ReceiveExactly(1);
            ends.Far.Send([2]);
            ends.Near.ReceiveExactly(1);
        }

        return true;
    }

    private void MustPass(IPEndPoint relay, Socket server)
    {
        Socket client = Own(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        client.Connect(relay);
        using Socket accepted = InTime(server.Accept);
        MustSendAll(client, accepted, _much[..1000]);
    }

    /// <summary>The descriptors of sockets that each epoll of a process has, as often as there are epolls that have them.</summary>
    private static IEnumerable<string> WaitedFor(Daemon host)
    {
        HashSet<string> sockets = [.. Directory.GetFiles($"/proc/{host.Id}/fd")
            .Where(fd => new FileInfo(fd).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true).Select(fd => Path.GetFileName(fd))];
        return from info in Directory.GetFiles($"/proc/{host.Id}/fdinfo")
               from line in LinesOf(info)
               where line.StartsWith("tfd:", StringComparison.Ordinal)
               let fd = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]
               where sockets.Contains(fd)
               select fd;
    }

    private static string[] LinesOf(string info)
    {
        try
        {
            return File.ReadAllLines(info);
        }
        catch (FileNotFoundException)
        {
            // It has been closed meanwhile.
            return [];
        }
    }
}
