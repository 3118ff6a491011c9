using System.Net.Sockets;

namespace ZeroCopy.Processes.Tests.Samples;

/// <summary>The relay in an ASP.NET Core host, whose host is told to stop.</summary>
public sealed class KestrelRelayStopTests : KestrelRelayTest
{
    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public void Signal_NobodyThere_EndsAtOnce(string signal)
    {
        (_, string to) = Listen();
        Daemon host = StartHost(to, "--ShutdownTimeoutSeconds", "600");
        host.Signal(signal);
        host.WaitForExit().Should().Be(0);
    }

    [Fact]
    public async Task Signal_UnderLoad_EveryByteArrivesAndNobodyElseIsServed()
    {
        const int Connections = 8;
        (Socket server, string to) = Listen();
        Daemon host = StartHost(to, "--ShutdownTimeoutSeconds", "600");
        using CancellationTokenSource enough = new();
        Flow[] flows = [.. Enumerable.Range(0, Connections).SelectMany(_ => BothWays(ConnectThrough(host, server), enough.Token))];
        Eventually(() => Array.TrueForAll(flows, flow => flow.Received > 3_000_000), "all of them move");

        host.Signal("TERM");
        Eventually(() => IsRefused(host), "it listens no more");
        long[] then = [.. flows.Select(flow => flow.Received)];
        Eventually(() => flows.Zip(then).All(flow => flow.First.Received > flow.Second + 3_000_000), "all of them still move");
        await enough.CancelAsync();

        foreach (Flow flow in flows)
        {
            (await flow.AsReceived.WaitAsync(Patience)).Should().Be(await flow.AsSent.WaitAsync(Patience));
        }

        host.WaitForExit().Should().Be(0);
        host.WaitForLines("completed; ", Connections);
    }

    [Fact]
    public void Signal_SilentConnections_EndedAfterAWhileAndTheBusyOneFinishes()
    {
        (Socket server, string to) = Listen();
        Daemon host = StartHost(to, "--ShutdownTimeoutSeconds", "600");
        SocketPair silent = ConnectThrough(host, server);
        SocketPair halfClosed = ConnectThrough(host, server);
        halfClosed.Near.Shutdown(SocketShutdown.Send);
        halfClosed.Far.ReceiveToEnd().Should().BeEmpty();
        using CancellationTokenSource enough = new();
        Flow[] busy = [.. BothWays(ConnectThrough(host, server), enough.Token)];

        host.Signal("TERM");

        silent.Near.ReceiveToEnd().Should().BeEmpty();
        silent.Far.ReceiveToEnd().Should().BeEmpty();
        halfClosed.Near.ReceiveToEnd().Should().BeEmpty();
        host.WaitForLines("silent while the host stops; 0 bytes there, 0 back", 2);
        Array.ForEach(busy, flow => flow.AsSent.IsCompleted.Should().BeFalse("it has something to finish"));
        enough.Cancel();
        host.WaitForExit().Should().Be(0);
        Array.ForEach(busy, flow => InTime(() => flow.AsReceived.Result).Should().Be(flow.AsSent.Result));
    }

    [Fact]
    public void Signal_OneSideDoesNotRead_ItIsResetAfterTheSilence()
    {
        (Socket server, string to) = Listen();
        Daemon host = StartHost(to, "--ShutdownTimeoutSeconds", "600", "--Relay:Redis:StopSilence", "00:00:00.5");
        SocketPair ends = ConnectThrough(host, server);
        ends.Near.Fill();
        Task sending = SendTooMuch(ends.Near);
        host.Signal("TERM");
        host.WaitForExit().Should().Be(0);
        MustBeReset(ends.Far);
        FluentActions.Invoking(() => InTime(() => sending.Wait(Patience))).Should().Throw<AggregateException>().WithInnerException<SocketException>();
    }

    [Fact]
    public async Task Signal_ConnectionNeverEnds_CutOffWhenTheTimeIsUp()
    {
        (Socket server, string to) = Listen();
        Daemon host = StartHost(to, "--ShutdownTimeoutSeconds", "10");
        using CancellationTokenSource never = new();
        SocketPair ends = ConnectThrough(host, server);
        Flow flow = new(ends.Near, ends.Far, never.Token);
        Eventually(() => flow.Received > 0, "it moves");

        host.Signal("TERM");
        Eventually(() => IsRefused(host), "it listens no more");
        flow.AsSent.IsCompleted.Should().BeFalse("it may still go on");

        host.WaitForExit().Should().Be(0);
        host.WaitForLine("cut off by the host's stop; ");
        (await FluentActions.Awaiting(() => flow.AsReceived.WaitAsync(Patience)).Should().ThrowAsync<SocketException>())
            .Which.SocketErrorCode.Should().Be(SocketError.ConnectionReset);
        await FluentActions.Awaiting(() => flow.AsSent.WaitAsync(Patience)).Should().ThrowAsync<SocketException>();
    }

    [Fact]
    public void Signal_WhileConnecting_CutOffWhenTheTimeIsUp()
    {
        string to = SilentAddress();
        int before = Connecting(to);
        Daemon host = StartHost(to, "--ShutdownTimeoutSeconds", "1");
        Socket client = Connect(host);
        Eventually(() => Connecting(to) > before, "it tries to connect");
        host.Signal("TERM");
        host.WaitForExit().Should().Be(0);
        host.WaitForLine("cut off by the host's stop before it was connected");
        MustBeReset(client);
    }

    [Fact]
    public void Signal_UnixAddress_FileIsRemoved()
    {
        (_, string to) = Listen();
        string path = NewPath();
        Daemon host = StartHost(to, "--Relay:Redis:Listen", $"unix:{path}");
        File.Exists(path).Should().BeTrue();
        host.Signal("TERM");
        host.WaitForExit().Should().Be(0);
        File.Exists(path).Should().BeFalse();
    }

    private static Flow[] BothWays(SocketPair ends, CancellationToken enough) => [new(ends.Near, ends.Far, enough), new(ends.Far, ends.Near, enough)];
}
