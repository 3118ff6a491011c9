using System.Net.Sockets;

namespace ZeroCopy.Tests.Samples;

/// <summary>The relay sample, told to stop.</summary>
public sealed class TcpRelayStopTests : TcpRelayTest
{
    private static readonly byte[] _much = Bytes.Random(20_000_003);

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public void Signal_WhileBytesMove_TheyArriveAndNobodyElseIsServed(string signal)
    {
        (Socket server, string to) = Listen();
        Daemon relay = StartRelay(to);
        SocketPair ends = ConnectThrough(relay, server);
        ends.Near.Send(_much.AsSpan(0, 1000));
        ends.Far.ReceiveExactly(1000).MustBe(_much.AsSpan(0, 1000));

        relay.Signal(signal);
        Eventually(() => IsRefused(relay), "it listens no more");
        Task sending = OnItsOwnThread(() => ends.Near.Send(_much));
        ends.Far.ReceiveExactly(_much.Length).MustBe(_much);
        sending.IsFaulted.Should().BeFalse();
        ends.Near.Shutdown(SocketShutdown.Send);
        ends.Far.ReceiveToEnd().Should().BeEmpty();
        ends.Far.Shutdown(SocketShutdown.Send);
        ends.Near.ReceiveToEnd().Should().BeEmpty();

        relay.WaitForExit().Should().Be(0);
        relay.WaitForLine("completed; 20001003 bytes there, 0 back");
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
    public void SecondSignal_WhileBytesMove_EndsAtOnce()
    {
        (Socket server, string to) = Listen();
        Daemon relay = StartRelay(to);
        SocketPair ends = ConnectThrough(relay, server);
        using CancellationTokenSource stop = new();
        Task chatter = OnItsOwnThread(() => Chatter(ends, relay, stop.Token));
        relay.Signal("TERM");
        Eventually(() => IsRefused(relay), "it listens no more");
        chatter.IsCompleted.Should().BeFalse("the connection still goes on");
        relay.Signal("TERM");
        relay.WaitForExit().Should().Be(0);
        relay.WaitForLine("stopped; ");
        stop.Cancel();
        FluentActions.Invoking(() => chatter.GetAwaiter().GetResult()).Should().NotThrow();
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

    /// <summary>Keeps a connection busy until the relay ends it.</summary>
    private static bool Chatter(SocketPair ends, Daemon relay, CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                ends.Near.Send([1]);
                ends.Far.ReceiveTimeout = (int)Patience.TotalMilliseconds;
                if (ends.Far.Receive(new byte[1]) == 0)
                {
                    return true;
                }
            }
        }
        catch (SocketException)
        {
            // Cut off, as it should be.
        }

        return relay.Id > 0;
    }
}
