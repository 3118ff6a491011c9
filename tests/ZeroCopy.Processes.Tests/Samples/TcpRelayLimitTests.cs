using System.Globalization;
using System.Net.Sockets;

namespace ZeroCopy.Processes.Tests.Samples;

/// <summary>What bounds the relay sample: connections, time, and what its process may have.</summary>
public sealed class TcpRelayLimitTests : TcpRelayTest
{
    private static readonly byte[] _much = Bytes.Random(20_000_003);
    private static readonly string _program = Repository.Built("TcpRelay", "TcpRelay.dll");

    [Fact]
    public void MaxConnections_OneMore_IsServedOnceAnotherHasEnded()
    {
        (Socket server, string to) = Listen();
        Daemon relay = StartRelay(to, AnyPort, "--max-connections", "2");
        int sockets = relay.DescriptorsOf("socket");
        SocketPair first = ConnectThrough(relay, server);
        SocketPair second = ConnectThrough(relay, server);
        Socket waiting = Connect(relay);
        waiting.Send(_much.AsSpan(0, 1000));

        MustNotBeServed(server);
        Eventually(relay.IsAtRest, "it waits without working");
        relay.DescriptorsOf("socket").Should().Be(sockets + (2 * 2), "the third is in the backlog");
        MustSendAll(first.Near, first.Far, _much);
        MustSendAll(first.Far, first.Near, _much);

        SocketPair third = Own(new SocketPair(waiting, InTime(server.Accept)));
        third.Far.ReceiveExactly(1000).MustBe(_much.AsSpan(0, 1000));
        MustSendAll(third.Far, third.Near, _much);
        MustSendAll(third.Near, third.Far, []);
        MustSendAll(second.Near, second.Far, _much);
        MustSendAll(second.Far, second.Near, []);
        Eventually(() => relay.DescriptorsOf("socket") == sockets, "all are closed");
    }

    [Theory]
    [InlineData("", 4)]
    [InlineData("--tap", 2)]
    public void Descriptors_ThereAreFew_NoMoreClientsThanTheySufficeFor(string tap, int clients)
    {
        (Socket server, string to) = Listen();
        string options = tap.Length == 0 ? "--max-connections 100" : $"{tap} {PathOf("tap")}";
        Daemon relay = Own(new Daemon("sh", "-c", $"ulimit -n 408; exec dotnet {_program} --listen {AnyPort} --to {to} {options}"));
        relay.WaitForLine($", {clients} clients at a time");
        SocketPair[] stalled = [.. Enumerable.Range(0, clients).Select(_ => ConnectThrough(relay, server))];
        foreach (SocketPair ends in stalled)
        {
            ends.Near.Fill();
            ends.Far.Fill();
        }

        Socket waiting = Connect(relay);
        MustNotBeServed(server);
        stalled[0].Dispose();
        SocketPair served = Own(new SocketPair(waiting, InTime(server.Accept)));
        MustSendAll(served.Near, served.Far, _much);
        relay.Lines.Should().NotContain(line => line.Contains("cannot", StringComparison.Ordinal));
    }

    [Fact]
    public void Upstream_DoesNotAnswer_ClientIsResetAfterTheConnectTimeout()
    {
        Daemon relay = StartRelay(SilentAddress(), AnyPort, "--connect-timeout", "300ms");
        MustBeReset(Connect(relay));
        relay.WaitForLine("cannot connect: Connection timed out; 0 bytes there, 0 back");
    }

    [SkippableFact]
    public void Upstream_DoesNotAnswer_ClientIsResetAfterTenSecondsByDefault()
    {
        Skip.IfNot(Shell.IsContinuousIntegration, "takes long");
        Daemon relay = StartRelay(SilentAddress());
        MustBeReset(Connect(relay));
        relay.WaitForLine("cannot connect: Connection timed out; 0 bytes there, 0 back, 10.");
    }

    [Fact]
    public void IdleTimeout_OneSideDoesNotRead_ItsBytesDoNotEndAsIfTheyWereAll()
    {
        (Socket server, string to) = Listen();
        Daemon relay = StartRelay(to, AnyPort, "--idle-timeout", "2s");
        SocketPair ends = ConnectThrough(relay, server);
        Task sending = SendTooMuch(ends.Near);
        relay.WaitForLine("idle for too long");
        MustBeReset(ends.Far);
        FluentActions.Invoking(() => InTime(() => sending.Wait(Patience))).Should().Throw<AggregateException>().WithInnerException<SocketException>();
    }

    [SkippableTheory]
    [InlineData("EMFILE")]
    [InlineData("ENFILE")]
    public void Accept_NoDescriptorIsLeftForAWhile_TriedAgain(string errno)
    {
        (Socket server, string to) = Listen();

        // Every other call of each thread.
        Daemon relay = StartWithFailingAccept(to, $"error={errno}:when=1+2", "/dev/null");
        SocketPair ends = ConnectThrough(relay, server);
        relay.WaitForLine("cannot accept: ").Should().Contain("Too many open files");
        MustSendAll(ends.Near, ends.Far, _much);
    }

    [SkippableFact]
    public void Accept_NoDescriptorIsLeftEver_SaidOnceAndTriedTenTimesASecond()
    {
        const int Tries = 8;
        (_, string to) = Listen();
        string log = PathOf("calls");
        Daemon relay = StartWithFailingAccept(to, "error=EMFILE", log);
        Connect(relay);

        double[] times = [];
        Eventually(() => (times = TimesOfFaults(log)).Length >= Tries, "it goes on trying");
        (times[Tries - 1] - times[0]).Should().BeGreaterThan(0.09 * (Tries - 1));
        relay.WaitForLines("cannot accept: ", 1).Should().ContainSingle();
    }

    private static void MustNotBeServed(Socket server) =>
        server.Poll(TimeSpan.FromMilliseconds(300), SelectMode.SelectRead).Should().BeFalse("there is no room for one more");

    /// <summary>But for what is half written yet.</summary>
    private static double[] TimesOfFaults(string log) =>
    [
        .. File.ReadLines(log).Where(line => line.EndsWith("(INJECTED)", StringComparison.Ordinal))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1])
            .Where(time => double.TryParse(time, CultureInfo.InvariantCulture, out _))
            .Select(time => double.Parse(time, CultureInfo.InvariantCulture)),
    ];

    private Daemon StartWithFailingAccept(string to, string fault, string log)
    {
        Daemon relay = Own(Failing("accept4", fault, log, "dotnet", _program, "--listen", AnyPort, "--to", to));
        relay.WaitForLine("clients at a time");
        return relay;
    }
}
