using System.Net.Sockets;

namespace ZeroCopy.Processes.Tests.Samples;

/// <summary>The relay sample between programs that do all that peers do.</summary>
public sealed class TcpRelayTests : TcpRelayTest
{
    /// <summary>More than all that is between the ends holds.</summary>
    private static readonly byte[] _much = Bytes.Random(20_000_003);

    [Theory]
    [InlineData(false, false, true)]
    [InlineData(false, false, false)]
    [InlineData(false, true, true)]
    [InlineData(true, false, false)]
    [InlineData(true, true, true)]
    public void OneSideEnds_TheOtherGoesOn_BytesAndEndsPass(bool isUnixHere, bool isUnixThere, bool clientFirst)
    {
        (Socket server, string to) = Listen(isUnixThere);
        Daemon relay = StartRelay(to, isUnixHere ? $"unix:{NewPath()}" : AnyPort);
        SocketPair ends = ConnectThrough(relay, server);
        (Socket first, Socket second) = clientFirst ? (ends.Near, ends.Far) : (ends.Far, ends.Near);

        MustSendAll(first, second, _much);
        MustSendAll(second, first, _much[..^7]);

        relay.WaitForLine($"completed; {(clientFirst ? "20000003 bytes there, 19999996 back" : "19999996 bytes there, 20000003 back")}");
    }

    [Fact]
    public async Task ChattyEcho_EachAnswerBeforeTheNextQuestion_AllInOrder()
    {
        (Socket server, string to) = Listen();
        Daemon relay = StartRelay(to);
        SocketPair ends = ConnectThrough(relay, server);
        ends.Near.NoDelay = ends.Far.NoDelay = true;
        Task echo = OnItsOwnThread(() => Echo(ends.Far));
        Random typist = new(20);
        byte[] keys = Bytes.Random(100_000);
        for (int i = 0; i < 3000; i++)
        {
            // Mostly a key, at times a line, seldom a page that is pasted.
            int count = i % 100 == 99 ? keys.Length : i % 10 == 9 ? 80 : 1 + typist.Next(3);
            ends.Near.Send(keys.AsSpan(0, count));
            ends.Near.ReceiveExactly(count).MustBe(keys.AsSpan(0, count), "this is what was typed");
        }

        ends.Near.Shutdown(SocketShutdown.Send);
        ends.Near.ReceiveToEnd().Should().BeEmpty();
        await echo.WaitAsync(Patience);
    }

    [Theory]
    [InlineData(true, "while nothing moves")]
    [InlineData(false, "while nothing moves")]
    [InlineData(true, "while it is sent much")]
    [InlineData(false, "while it is sent much")]
    [InlineData(true, "while it sends much")]
    [InlineData(false, "while it sends much")]
    [InlineData(true, "after its own end")]
    [InlineData(false, "after its own end")]
    [InlineData(true, "after the other's end")]
    [InlineData(false, "after the other's end")]
    public void Reset_InAnyState_PassedOnAsOneAndReported(bool fromClient, string state)
    {
        (Socket server, string to) = Listen();
        Daemon relay = StartRelay(to);
        SocketPair ends = ConnectThrough(relay, server);
        ConnectThrough(relay, server).Dispose();
        ends.Near.Send([1]);
        ends.Far.ReceiveExactly(1).Should().Equal(1);
        SocketPair sides = fromClient ? new SocketPair(ends.Far, ends.Near) : ends;
        Bring(sides, state);

        sides.ResetFromFar();

        // Who has had the end already is told when it sends, and then .NET has several names for it.
        bool isTold = state != "after its own end";
        FluentActions.Invoking(() => InTime(() => isTold ? ReceiveAll(sides.Near) : SendForEver(sides.Near))).Should().Throw<SocketException>()
            .Which.SocketErrorCode.Should().Match(code => !isTold || code == SocketError.ConnectionReset);
        relay.WaitForLine("failed: ").Should().MatchRegex(fromClient ? "(ECONNRESET|EPIPE) at the client" : "(ECONNRESET|EPIPE) at the server");
        relay.WaitForLine("completed; 0 bytes there, 0 back");
    }

    [Fact]
    public void Upstream_RefusesAndThenListens_ClientIsResetAndTheNextServed()
    {
        int port = SocketPair.FreePort();
        Daemon relay = StartRelay($"127.0.0.1:{port}");
        Socket refused = Connect(relay);
        FluentActions.Invoking(() => ReceiveAll(refused)).Should().Throw<SocketException>().Which.SocketErrorCode.Should().Be(SocketError.ConnectionReset);
        relay.WaitForLine("cannot connect: Connection refused; 0 bytes there, 0 back");

        using Socket server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        server.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, port));
        server.Listen();
        SocketPair served = ConnectThrough(relay, server);
        MustSendAll(served.Near, served.Far, _much);
    }

    [Fact]
    public void OneSideNeverReads_OthersGoOnAndNothingSpins_AllArrivesOnceItReads()
    {
        (Socket server, string to) = Listen();
        Daemon relay = StartRelay(to);
        SocketPair stalled = ConnectThrough(relay, server);
        int sent = stalled.Near.Fill();
        SocketPair other = ConnectThrough(relay, server);
        MustSendAll(other.Near, other.Far, _much);
        MustSendAll(other.Far, other.Near, _much);
        relay.WaitForLine("completed");
        Eventually(relay.IsAtRest, "it waits without working");

        stalled.Near.Shutdown(SocketShutdown.Send);
        stalled.Far.ReceiveToEnd().Length.Should().Be(sent);
    }

    [Fact]
    public async Task ThousandsOfShortConnections_LeaveNothing()
    {
        const int Clients = 8;
        const int Connections = 500;
        const int DescriptorsOfPipes = Clients * 2 * 2;
        (Socket server, string to) = Listen();
        Daemon relay = StartRelay(to);
        Task accepting = OnItsOwnThread(() => EchoAll(server, Clients + (Clients * Connections)));
        await AskAll(1);
        relay.WaitForLines("completed", Clients);
        int before = relay.Descriptors;

        await AskAll(Connections);
        await accepting.WaitAsync(Patience);

        relay.WaitForLines("completed; 100 bytes there, 100 back", Clients + (Clients * Connections));
        Eventually(() => relay.Descriptors <= before + DescriptorsOfPipes, "descriptors are closed, but for pipes that are kept for the next");
        relay.Lines.Should().NotContain(line => line.Contains("failed", StringComparison.Ordinal));

        Task AskAll(int times) =>
            Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => OnItsOwnThread(() => Ask(relay, times)))).WaitAsync(2 * Patience);
    }

    [Fact]
    public void IdleTimeout_NothingMoves_BothSidesEnd()
    {
        (Socket server, string to) = Listen();
        Daemon relay = StartRelay(to, AnyPort, "--idle-timeout", "1s");
        SocketPair ends = ConnectThrough(relay, server, [1, 2, 3]);
        ends.Far.ReceiveToEnd().Should().Equal(1, 2, 3);
        ends.Near.ReceiveToEnd().Should().BeEmpty();
        relay.WaitForLine("idle for too long; 3 bytes there, 0 back");
    }

    [Fact]
    public void MaxBytes_MoreIsSent_ExactlySoManyArrive()
    {
        (Socket server, string to) = Listen();
        Daemon relay = StartRelay(to, AnyPort, "--max-bytes", "100001");
        SocketPair ends = ConnectThrough(relay, server);
        ends.Near.Send(_much.AsSpan(0, 200_000));
        ends.Far.ReceiveExactly(100_001).MustBe(_much.AsSpan(0, 100_001));
        ReceiveOrReset(ends.Far).Should().Be(0);
        relay.WaitForLine("as many bytes as it may have; 100001 bytes there, 0 back");
    }

    /// <summary>Brings a connection into a state, of which the far side is going to be reset.</summary>
    private static void Bring(SocketPair sides, string state)
    {
        switch (state)
        {
            case "while it is sent much":
                sides.Near.Fill();
                break;
            case "while it sends much":
                sides.Far.Fill();
                break;
            case "after its own end":
                sides.Far.Shutdown(SocketShutdown.Send);
                sides.Near.ReceiveToEnd().Should().BeEmpty();
                break;
            case "after the other's end":
                sides.Near.Shutdown(SocketShutdown.Send);
                sides.Far.ReceiveToEnd().Should().BeEmpty();
                break;
        }
    }

    /// <summary>Sends back what comes, until the end.</summary>
    private static bool Echo(Socket socket)
    {
        byte[] buffer = new byte[64 * 1024];
        int count;
        while ((count = socket.Receive(buffer)) > 0)
        {
            socket.Send(buffer.AsSpan(0, count));
        }

        socket.Shutdown(SocketShutdown.Send);
        return true;
    }

    private static bool EchoAll(Socket server, int connections)
    {
        for (int i = 0; i < connections; i++)
        {
            using Socket socket = server.Accept();
            Echo(socket);
        }

        return true;
    }

    private static bool Ask(Daemon relay, int times)
    {
        byte[] question = Bytes.Random(100);
        System.Net.IPEndPoint address = new(System.Net.IPAddress.Loopback, PortOf(relay));
        for (int i = 0; i < times; i++)
        {
            using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            client.Connect(address);
            client.Send(question);
            client.Shutdown(SocketShutdown.Send);
            client.ReceiveToEnd().MustBe(question);
        }

        return true;
    }

    private static int SendForEver(Socket socket)
    {
        while (true)
        {
            socket.Send(_much);
        }
    }

    private static int ReceiveAll(Socket socket)
    {
        socket.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        byte[] buffer = new byte[64 * 1024];
        int count;
        int sum = 0;
        while ((count = socket.Receive(buffer)) > 0)
        {
            sum += count;
        }

        return sum;
    }

    /// <summary>What was still on its way to a side that is over ends with a reset instead of an end.</summary>
    private static int ReceiveOrReset(Socket socket)
    {
        try
        {
            return ReceiveAll(socket);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return 0;
        }
    }
}
