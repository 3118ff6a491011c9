using System.Diagnostics;
using System.Net.Sockets;

namespace ZeroCopy.Tests.Transfers;

/// <summary>Timeouts: for silence, and for what drags on after one side has ended.</summary>
public sealed class RelayTimeoutTests : RelayTest
{
    private static readonly TimeSpan _short = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task IdleTimeout_NothingMoves_EndsTheRelay()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        long start = Stopwatch.GetTimestamp();
        RelayResult result = await MustEnd(
            Transfer.RelayAsync(client.Near, server.Near, new RelayOptions { IdleTimeout = _short }), RelayEnd.IdleTimeout);
        Stopwatch.GetElapsedTime(start).Should().BeGreaterThanOrEqualTo(_short);
        MustBeUnharmed(result.AToB);
        MustBeUnharmed(result.BToA);
        server.Far.Poll(0, SelectMode.SelectRead).Should().BeFalse("nothing is closed or shut down");
    }

    [Fact]
    public async Task Timeouts_Infinite_AsWithoutAny()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        RelayOptions options = new() { IdleTimeout = Timeout.InfiniteTimeSpan, DrainTimeout = Timeout.InfiniteTimeSpan };
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, options);
        MustRest(relay);
        client.Far.Shutdown(SocketShutdown.Send);
        server.Far.ReceiveToEnd().Should().BeEmpty();
        MustRest(relay);
        server.Far.Shutdown(SocketShutdown.Send);
        await MustEnd(relay, RelayEnd.Completed);
    }

    [Fact]
    public async Task IdleTimeout_OneDirectionMoves_DoesNotCount()
    {
        TimeSpan timeout = 3 * _short;
        while (!await TryToSendAllTheTime(timeout))
        {
            timeout *= 2;
            timeout.Should().BeLessThan(Patience, "the sender gets a processor at some time");
        }
    }

    /// <returns>False where the sender itself was late, since it had to wait for a processor.</returns>
    private static async Task<bool> TryToSendAllTheTime(TimeSpan timeout)
    {
        using SocketPair client = SocketPair.Tcp();
        using SocketPair server = SocketPair.Tcp();
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, new RelayOptions { IdleTimeout = timeout });
        long start = Stopwatch.GetTimestamp();
        (int sent, TimeSpan longestGap) = await OnItsOwnThread(() => SendNowAndThen(server.Far, 2 * timeout));
        RelayResult result = await MustEnd(relay, RelayEnd.IdleTimeout);
        if (longestGap > timeout / 2)
        {
            return false;
        }

        result.BytesBToA.Should().Be(sent);
        Stopwatch.GetElapsedTime(start).Should().BeGreaterThan(2.5 * timeout);
        return true;
    }

    [Fact]
    public async Task IdleTimeout_ReaderTakesNothing_HandsBackWhatItDidNotTake()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSmallSockets();
        server.Near.Fill();
        client.Far.Send("stuck"u8);
        RelayResult result = await MustEnd(
            Transfer.RelayAsync(client.Near, server.Near, new RelayOptions { IdleTimeout = _short }), RelayEnd.IdleTimeout);
        result.AToB.Undelivered.ToArray().MustBe("stuck"u8);
    }

    [Fact]
    public async Task DrainTimeout_OtherSideGoesOn_EndsItHoweverBusyItIs()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        TransferCounters counters = new();
        RelayOptions options = new() { DrainTimeout = _short, CountersBToA = counters };
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, options);
        MustRest(relay);
        Task receiving = InBackground(() => client.Far.ReceiveToEnd());
        Task sending = InBackground(() =>
        {
            while (!relay.IsCompleted)
            {
                server.Far.Send("x"u8);
            }
        });
        Eventually(() => counters.BytesWritten > 0, "it is on its way");
        client.Far.Shutdown(SocketShutdown.Send);
        server.Far.ReceiveToEnd().Should().BeEmpty();
        RelayResult result = await MustEnd(relay, RelayEnd.DrainTimeout);
        result.BytesBToA.Should().Be(counters.BytesWritten);
        await sending.WaitAsync(Patience);
        client.Near.Dispose();
        await receiving.WaitAsync(Patience);
    }

    [Fact]
    public async Task DrainTimeout_OtherSideEndsInTime_Completed()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, new RelayOptions { DrainTimeout = Patience, IdleTimeout = Patience });
        client.Far.Shutdown(SocketShutdown.Send);
        server.Far.ReceiveToEnd().Should().BeEmpty();
        server.Far.Send("answer"u8);
        server.Far.Shutdown(SocketShutdown.Send);
        (await MustEnd(relay, RelayEnd.Completed)).BytesBToA.Should().Be(6);
    }

    [Fact]
    public async Task Timeouts_Infinite_NeverCome()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        RelayOptions options = new() { IdleTimeout = Timeout.InfiniteTimeSpan, DrainTimeout = TimeSpan.MaxValue };
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, options);
        client.Far.Shutdown(SocketShutdown.Send);
        MustRest(relay);
        server.Far.Dispose();
        await MustEnd(relay, RelayEnd.Completed);
    }

    /// <summary>On a thread of its own: those of the pool may be late.</summary>
    private static (int Sent, TimeSpan LongestGap) SendNowAndThen(Socket socket, TimeSpan time)
    {
        int sent = 0;
        TimeSpan longestGap = TimeSpan.Zero;
        long start = Stopwatch.GetTimestamp();
        for (long before = start; Stopwatch.GetElapsedTime(start) < time;)
        {
            sent += socket.Send("x"u8);
            TimeSpan gap = Stopwatch.GetElapsedTime(before);
            before = Stopwatch.GetTimestamp();
            longestGap = gap > longestGap ? gap : longestGap;
            socket.Poll(_short / 10, SelectMode.SelectRead).Should().BeFalse("nobody answers");
        }

        return (sent, longestGap);
    }
}
