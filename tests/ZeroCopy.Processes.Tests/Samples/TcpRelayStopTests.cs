using System.Net.Sockets;

namespace ZeroCopy.Processes.Tests.Samples;

/// <summary>The relay sample, told to stop.</summary>
public sealed class TcpRelayStopTests : TcpRelayTest
{
    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task Signal_WhileBytesMove_TheyArriveAndNobodyElseIsServed(string signal)
    {
        (Socket server, string to) = Listen();
        Daemon relay = StartRelay(to);
        SocketPair ends = ConnectThrough(relay, server);
        using CancellationTokenSource enough = new();
        Flow flow = new(ends.Near, ends.Far, enough.Token);
        Eventually(() => flow.Received > 3_000_000, "it moves");

        relay.Signal(signal);
        Eventually(() => IsRefused(relay), "it listens no more");
        long then = flow.Received;
        Eventually(() => flow.Received > then + 20_000_000, "it still moves");
        await enough.CancelAsync();
        (await flow.AsReceived.WaitAsync(Patience)).Should().Be(await flow.AsSent.WaitAsync(Patience));
        ends.Far.Shutdown(SocketShutdown.Send);
        ends.Near.ReceiveToEnd().Should().BeEmpty();

        relay.WaitForExit().Should().Be(0);
        relay.WaitForLine($"completed; {flow.Received} bytes there, 0 back");
    }

    [Fact]
    public void Signal_NobodyThere_EndsAtOnce()
    {
        (_, string to) = Listen();
        Daemon relay = StartRelay(to);
        relay.Signal("TERM");
        relay.WaitForExit().Should().Be(0);
        relay.Lines.Should().ContainSingle();
    }

    [Fact]
    public void Signal_SilentConnection_EndedAfterAWhile()
    {
        (Socket server, string to) = Listen();
        Daemon relay = StartRelay(to);
        SocketPair ends = ConnectThrough(relay, server);
        relay.Signal("TERM");
        relay.WaitForExit().Should().Be(0);
        relay.WaitForLine("stopped; 0 bytes there, 0 back");
        ends.Near.ReceiveToEnd().Should().BeEmpty();
        ends.Far.ReceiveToEnd().Should().BeEmpty();
    }

    [Fact]
    public void Signal_OneSideDoesNotRead_ItIsResetAfterAWhile()
    {
        (Socket server, string to) = Listen();
        Daemon relay = StartRelay(to);
        SocketPair ends = ConnectThrough(relay, server);
        ends.Near.Fill();
        Task sending = SendTooMuch(ends.Near);
        relay.Signal("TERM");
        relay.WaitForExit().Should().Be(0);
        MustBeReset(ends.Far);
        FluentActions.Invoking(() => InTime(() => sending.Wait(Patience))).Should().Throw<AggregateException>().WithInnerException<SocketException>();
    }

    [Fact]
    public void Signal_WhileConnecting_ClientIsResetAfterAWhile()
    {
        string to = SilentAddress();
        int before = Connecting(to);
        Daemon relay = StartRelay(to, AnyPort, "--connect-timeout", "1h");
        Socket client = Connect(relay);
        Eventually(() => Connecting(to) > before, "it tries to connect");
        relay.Signal("TERM");
        relay.WaitForExit().Should().Be(0);
        MustBeReset(client);
    }

    [Fact]
    public Task SecondSignal_WhileBytesMove_BothSidesAreResetAtOnce() => MustBeCutOff(relay =>
    {
        Eventually(() => IsRefused(relay), "it listens no more");
        relay.Signal("TERM");
    });

    [SkippableFact]
    public Task Signal_BytesMoveForLongerThanTheyMay_BothSidesAreReset()
    {
        Skip.IfNot(Shell.IsContinuousIntegration, "takes long");
        return MustBeCutOff(_ => { });
    }

    [Fact]
    public void Signal_UnixAddress_FileIsRemoved()
    {
        (_, string to) = Listen();
        string path = NewPath();
        Daemon relay = StartRelay(to, $"unix:{path}");
        File.Exists(path).Should().BeTrue();
        relay.Signal("INT");
        relay.WaitForExit().Should().Be(0);
        File.Exists(path).Should().BeFalse();
    }

    [Fact]
    public void Killed_UnixAddress_TheNextOneTakesItOver()
    {
        (Socket server, string to) = Listen();
        string path = NewPath();
        Daemon killed = StartRelay(to, $"unix:{path}");
        killed.Signal("KILL");
        killed.WaitForExit();
        File.Exists(path).Should().BeTrue();

        SocketPair ends = ConnectThrough(StartRelay(to, $"unix:{path}"), server);
        ends.Near.Send([7]);
        ends.Far.ReceiveExactly(1).Should().Equal(7);
    }

    /// <summary>Stops a relay between peers that always have something to say, each of which is listened to on a connection of its own.</summary>
    private async Task MustBeCutOff(Action<Daemon> afterTheFirstSignal)
    {
        (Socket server, string to) = Listen();
        Daemon relay = StartRelay(to);
        SocketPair there = ConnectThrough(relay, server);
        SocketPair back = ConnectThrough(relay, server);
        Task[] chatter = [InBackground(() => Chatter(there.Near, there.Far)), InBackground(() => Chatter(back.Far, back.Near))];

        relay.Signal("TERM");
        afterTheFirstSignal(relay);

        foreach (Task connection in chatter)
        {
            (await FluentActions.Awaiting(() => connection.WaitAsync(2 * Patience)).Should().ThrowAsync<SocketException>("none of them has come to its end"))
                .Which.SocketErrorCode.Should().Be(SocketError.ConnectionReset);
        }

        relay.WaitForExit().Should().Be(0);
        relay.WaitForLines("cut off; ", 2);
    }

    /// <summary>Sends for ever, byte by byte, so that mostly none is on its way. How it ends is seen by who receives.</summary>
    private static void Chatter(Socket from, Socket to)
    {
        while (true)
        {
            from.Send([1], SocketFlags.None, out _);
            to.ReceiveExactly(1);
        }
    }
}
