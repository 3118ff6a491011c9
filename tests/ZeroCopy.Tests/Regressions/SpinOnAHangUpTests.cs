using System.Net.Sockets;

namespace ZeroCopy.Tests.Regressions;

/// <summary>
/// A side that has ended, or hung up, is called ready for good. A loop that asked again without taking anything, or took the hang-up for nothing, used a whole
/// processor and never ended the connection (netty/netty#12123 and #12138, cgzones/apt-cacher-rs#109).
/// </summary>
public sealed class SpinOnAHangUpTests : RelayTest
{
    private static readonly string[] _states =
    [
        "ended", "ended, unix", "closed", "closed, unix", "ended and deaf", "ended and deaf, unix", "ended behind bytes for the deaf", "reader of a pipe gone",
        "shut down for reading", "both ended, bytes for the deaf",
    ];

    /// <summary>Each has one side that has ended or gone, and waits for what the other one says or takes.</summary>
    [Fact]
    public async Task RelayAsync_OneSideHasHungUp_SleepsAndCanBeCancelled()
    {
        using CancellationTokenSource cancellation = new();
        Task<RelayResult>[] relays = [.. _states.Select(state => Start(state, cancellation.Token))];
        MustSleep(relays);
        await cancellation.CancelAsync();
        foreach (Task<RelayResult> relay in relays)
        {
            await MustBeCanceled(relay, cancellation.Token);
        }
    }

    /// <summary>A peer that has closed hangs up for good, which must not be told again and again.</summary>
    [Fact]
    public async Task RelayAsync_UnixSideHasClosed_TheOtherDirectionWaitsWithoutSpinning()
    {
        SocketPair client = NewSockets(unix: true);
        SocketPair server = NewSockets(unix: true);
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near);
        server.Far.Dispose();
        client.Far.ReceiveToEnd().Should().BeEmpty();
        MustRest(relay);
        client.Far.Send("lost"u8);
        RelayResult result = await MustEnd(relay, RelayEnd.Failed);
        MustBeBroken(result.AToB, TransferSide.Destination, Errno.EPIPE);
        result.AToB.Undelivered.ToArray().MustBe("lost"u8);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RelayAsync_SideHasEndedForLong_TheEndOfTheOtherIsStillNoticed(bool unix)
    {
        SocketPair client = NewSockets(unix);
        SocketPair server = NewSockets(unix);
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near);
        client.Far.Shutdown(SocketShutdown.Send);
        server.Far.ReceiveToEnd().Should().BeEmpty();
        MustRest(relay);
        await MustPass("late"u8.ToArray(), server.Far, client.Far);
        MustSleep(relay);
        server.Far.Dispose();
        client.Far.ReceiveToEnd().Should().BeEmpty();
        await MustEnd(relay, RelayEnd.Completed);
    }

    private Task<RelayResult> Start(string state, CancellationToken token)
    {
        bool unix = state.EndsWith("unix", StringComparison.Ordinal);
        SocketPair client = NewSockets(unix);
        SocketPair server = NewSockets(unix);
        switch (state.Replace(", unix", string.Empty, StringComparison.Ordinal))
        {
            case "ended":
                client.Far.Shutdown(SocketShutdown.Send);
                break;
            case "closed":
                client.Far.Dispose();
                break;
            case "ended and deaf":
                client.Small().Near.Fill();
                client.Far.Shutdown(SocketShutdown.Send);
                server.Far.Send(new byte[10_000]);
                break;
            case "ended behind bytes for the deaf":
                server.Small().Near.Fill();
                client.Far.Send(new byte[10_000]);
                client.Far.Shutdown(SocketShutdown.Send);
                break;
            case "both ended, bytes for the deaf":
                server.Small().Near.Fill();
                client.Far.Send(new byte[10_000]);
                client.Far.Shutdown(SocketShutdown.Send);
                server.Far.Shutdown(SocketShutdown.Send);
                break;
            case "shut down for reading":
                client.Near.Shutdown(SocketShutdown.Receive);
                break;
            default:
                Pipe toRelay = NewPipe();
                Pipe fromRelay = NewPipe();
                fromRelay.ReadHandle.Dispose();
                toRelay.WriteHandle.Dispose();
                return Transfer.RelayAsync(TransferEndpoint.Duplex(toRelay.ReadHandle, fromRelay.WriteHandle), server.Near, null, token);
        }

        return Transfer.RelayAsync(client.Near, server.Near, null, token);
    }
}
