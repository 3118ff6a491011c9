using System.Globalization;
using System.Net.Sockets;

namespace ZeroCopy.Processes.Tests.Samples;

/// <summary>The TLS proxy sample with clients that say hello in every way there is.</summary>
public sealed class SniProxyTests : SniProxyTest
{
    private static readonly byte[] _hello = Hello.For("a.example", padding: 3000);
    private static readonly byte[] _much = Bytes.Random(5_000_003);

    [Fact]
    public void Name_OfEachKind_GoesToTheServerItIsRoutedTo()
    {
        Dictionary<string, (Socket Listener, string Address)> servers =
            new[] { "exact", "wild", "deep", "above", "other" }.ToDictionary(name => name, _ => Listen(), StringComparer.Ordinal);
        Daemon proxy = StartProxy(
            "--route", $"a.example={servers["exact"].Address}", "--route", $"*.wild.example={servers["wild"].Address}",
            "--route", $"*.deep.wild.example={servers["deep"].Address}", "--route", $"One.Deep.Wild.example={servers["above"].Address}",
            "--default", servers["other"].Address);

        (string? Name, string Server)[] cases =
        [
            ("a.example", "exact"), ("A.eXample", "exact"), ("x.wild.example", "wild"), ("X.Y.WILD.example", "wild"), ("x.deep.wild.example", "deep"),
            ("x.y.deep.wild.example", "deep"), ("one.deep.wild.example", "above"), ("deep.wild.example", "wild"), ("wild.example", "other"),
            ("xwild.example", "other"), ("x.a.example", "other"), ("example", "other"), ("127.0.0.1", "other"), (null, "other"),
        ];
        foreach ((string? name, string server) in cases)
        {
            byte[] hello = name is null ? Hello.Without() : Hello.For(name);
            SocketPair ends = Served(Say(proxy, hello), servers[server].Listener, hello);
            ends.Near.Shutdown(SocketShutdown.Send);
            ends.Far.ReceiveToEnd().Should().BeEmpty("this is '{0}'", name);
            ends.Dispose();
        }
    }

    [Fact]
    public void Hello_ByteByByte_ArrivesAsItIsAndBytesFlowBothWays()
    {
        (Socket server, Daemon proxy) = Start("--hello-timeout", "1m");
        Socket client = Connect(proxy);
        client.NoDelay = true;
        foreach (byte b in _hello)
        {
            client.Send([b]);
        }

        SocketPair ends = Served(client, server, _hello);

        // One byte is enough to wake the relay, which it would not be with the mark for the hello still set.
        ends.Near.Send([7]);
        ends.Far.ReceiveExactly(1).Should().Equal(7);
        MustSendAll(ends.Far, ends.Near, _much);
        MustSendAll(ends.Near, ends.Far, _much);
        proxy.WaitForLine($"a.example -> {server.LocalEndPoint}: Completed; {_hello.Length + 1 + _much.Length} bytes there, {_much.Length} back");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(1460)]
    [InlineData(-1)]
    public void Hello_HalfOfIt_WaitsWithoutWorkingAndThenPasses(int first)
    {
        (Socket server, Daemon proxy) = Start("--hello-timeout", "1m");
        MustServe(proxy, server);
        byte[] half = first < 0 ? _hello[..^1] : _hello[..first];
        Socket client = Say(proxy, half);
        Eventually(proxy.IsAtRest, "it waits for the rest");

        client.Send(_hello.AsSpan(half.Length));
        SocketPair ends = Served(client, server, _hello);
        MustSendAll(ends.Near, ends.Far, _much);
    }

    [Fact]
    public void Hello_OverManyRecords_WaitsBetweenThemAndThenPasses()
    {
        (Socket server, Daemon proxy) = Start("--hello-timeout", "1m");
        MustServe(proxy, server);
        byte[] hello = Hello.InRecordsOf(500, _hello);
        Socket client = Connect(proxy);
        foreach (byte[] record in hello.Chunk(505))
        {
            Eventually(proxy.IsAtRest, "it waits for the rest");
            client.Send(record);
        }

        Served(client, server, hello);
    }

    [Fact]
    public async Task Hello_WithMuchRightBehindIt_AllArrives()
    {
        (Socket server, Daemon proxy) = Start();
        Socket client = Connect(proxy);
        Task sending = OnItsOwnThread(() => client.Send([.. _hello, .. _much]));
        SocketPair ends = Served(client, server, _hello);
        ends.Far.ReceiveExactly(_much.Length).MustBe(_much);
        await sending.WaitAsync(Patience);
    }

    [Fact]
    public void Hellos_HalvesOfManyClients_NobodyWorksAndOthersAreServed()
    {
        const int Clients = 300;
        (Socket server, Daemon proxy) = Start("--hello-timeout", "1m");
        Socket[] clients = [.. Enumerable.Range(0, Clients).Select(i => Say(proxy, _hello.AsSpan(0, 1 + (i * 10))))];
        MustServe(proxy, server);
        Eventually(proxy.IsAtRest, "it waits for the rest of all");
        foreach (Socket client in clients.Take(20))
        {
            client.Send(_hello.AsSpan(1 + (10 * Array.IndexOf(clients, client))));
            Served(client, server, _hello);
        }
    }

    [Fact]
    public void Server_IsAUnixSocket_Served()
    {
        (Socket server, string to) = Listen(isUnix: true);
        SocketPair ends = MustServe(StartProxy("--route", $"a.example={to}"), server);
        MustSendAll(ends.Near, ends.Far, _much);
        MustSendAll(ends.Far, ends.Near, _much);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Reset_OfEitherSide_PassedOnAsOne(bool ofClient)
    {
        (Socket server, Daemon proxy) = Start();
        SocketPair ends = MustServe(proxy, server);
        (ofClient ? new SocketPair(ends.Far, ends.Near) : ends).ResetFromFar();
        FluentActions.Invoking(() => (ofClient ? ends.Far : ends.Near).ReceiveToEnd()).Should().Throw<SocketException>()
            .Which.SocketErrorCode.Should().Be(SocketError.ConnectionReset);
        proxy.WaitForLine("Failed; ");
    }

    [SkippableFact]
    public void Places_NoneFree_NextWaitsForOne()
    {
        const int Places = 1000;
        string limit = Shell.Line("ulimit -H -n").Text.Trim();
        Skip.If(int.TryParse(limit, CultureInfo.InvariantCulture, out int most) && most < 4 * Places, "too few descriptors are allowed here");
        (Socket server, Daemon proxy) = Start("--hello-timeout", "1m");
        MustServe(proxy, server).Dispose();
        proxy.WaitForLine("Completed");
        Socket[] halves = [.. Enumerable.Range(0, Places).Select(_ => Say(proxy, _hello.AsSpan(0, 10)))];
        Socket next = Say(proxy, _hello);
        Eventually(proxy.IsAtRest, "it takes nobody more");
        server.Poll(0, SelectMode.SelectRead).Should().BeFalse();

        halves[Places / 2].Dispose();
        Served(next, server, _hello);
    }
}
