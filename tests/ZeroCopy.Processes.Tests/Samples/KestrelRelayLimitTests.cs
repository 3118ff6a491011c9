using System.Net.Sockets;

namespace ZeroCopy.Processes.Tests.Samples;

/// <summary>What bounds the relay in an ASP.NET Core host: connections, time, and what its process may have.</summary>
public sealed class KestrelRelayLimitTests : KestrelRelayTest
{
    private static readonly byte[] _much = Bytes.Random(20_000_003);

    [Fact]
    public void Upstream_DoesNotAnswer_ClientIsResetAfterTheConnectTimeout()
    {
        Daemon host = StartHost(SilentAddress(), "--Relay:Redis:ConnectTimeout", "00:00:00.3");
        MustBeReset(Connect(host));
        host.WaitForLine("cannot connect: Connection timed out; 0 bytes there, 0 back");
    }

    [Fact]
    public void MaxConnections_OneMore_IsResetUntilAnotherHasEnded()
    {
        (Socket server, string to) = Listen();
        Daemon host = StartHost(to, "--Relay:Redis:MaxConnections", "2");
        SocketPair first = ConnectThrough(host, server);
        SocketPair second = ConnectThrough(host, server);

        MustBeReset(Connect(host));
        host.WaitForLine("refused, there are 2 connections already");
        MustSendAll(first.Near, first.Far, _much);
        MustSendAll(first.Far, first.Near, _much);
        host.WaitForLine("completed");

        // It is over a moment after it said so.
        SocketPair? third = null;
        Eventually(() => (third = ServedOrReset(host, server)) is not null, "there is room for one");
        MustSendAll(third!.Near, third.Far, _much);
        MustSendAll(second.Near, second.Far, _much);
    }

    [Fact]
    public void IdleTimeout_NothingMoves_BothSidesEnd()
    {
        (Socket server, string to) = Listen();
        Daemon host = StartHost(to, "--Relay:Redis:IdleTimeout", "00:00:01");
        SocketPair ends = ConnectThrough(host, server, [1, 2, 3]);
        ends.Far.ReceiveToEnd().Should().Equal(1, 2, 3);
        ends.Near.ReceiveToEnd().Should().BeEmpty();
        host.WaitForLine("idle for too long; 3 bytes there, 0 back");
    }

    [Fact]
    public void IdleTimeout_OneSideDoesNotRead_ItsBytesDoNotEndAsIfTheyWereAll()
    {
        (Socket server, string to) = Listen();
        Daemon host = StartHost(to, "--Relay:Redis:IdleTimeout", "00:00:02");
        SocketPair ends = ConnectThrough(host, server);
        Task sending = SendTooMuch(ends.Near);
        host.WaitForLine("idle for too long");
        MustBeReset(ends.Far);
        FluentActions.Invoking(() => InTime(() => sending.Wait(Patience))).Should().Throw<AggregateException>().WithInnerException<SocketException>();
    }

    [Fact]
    public void DrainTimeout_OneSideEndedAndTheOtherGoesOn_BothAreReset()
    {
        (Socket server, string to) = Listen();
        Daemon host = StartHost(to, "--Relay:Redis:DrainTimeout", "00:00:03");
        SocketPair ends = ConnectThrough(host, server);
        ends.Near.Shutdown(SocketShutdown.Send);
        ends.Far.ReceiveToEnd().Should().BeEmpty();
        ends.Far.Send([1, 2, 3]);
        ends.Near.ReceiveExactly(3).Should().Equal(1, 2, 3);
        MustBeReset(ends.Near);
        host.WaitForLine("one side ended, and the other went on for too long; 0 bytes there, 3 back");
    }

    [SkippableFact]
    public void Accept_NoDescriptorIsLeftForAWhile_TriedAgain()
    {
        Shell.SkipWithoutTracing();
        (Socket server, string to) = Listen();

        // Every other call of each thread fails: Kestrel tries for HTTP at the start, with whatever thread it has, which fails and is then told to wait.
        string[] failing = ["-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=accept4", "-e", "inject=accept4:error=EMFILE:when=1+2"];
        string[] settings = ["--Relay:Redis:Listen", AnyPort, "--Relay:Redis:To", to, "--Kestrel:Endpoints:Http:Url", $"http://{AnyPort}"];
        Daemon host = Own(new Daemon("strace", [.. failing, "dotnet", Repository.Built("KestrelRelay", "KestrelRelay.dll"), .. settings]));
        host.WaitForLine("Redis is listening on ");
        SocketPair ends = ConnectThrough(host, server);
        host.WaitForLine("Cannot accept on ").Should().Contain("Too many open files");
        MustSendAll(ends.Near, ends.Far, _much);
    }

    /// <returns>Null where the client was refused.</returns>
    private SocketPair? ServedOrReset(Daemon host, Socket server)
    {
        Socket client = Connect(host);
        bool isKnown = SpinWait.SpinUntil(() => server.Poll(0, SelectMode.SelectRead) || client.Poll(0, SelectMode.SelectRead), Patience);
        isKnown.Should().BeTrue("it is served or refused");
        if (server.Poll(0, SelectMode.SelectRead))
        {
            return Own(new SocketPair(client, server.Accept()));
        }

        client.Dispose();
        return null;
    }
}
