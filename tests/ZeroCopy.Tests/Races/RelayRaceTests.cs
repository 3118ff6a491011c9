using System.Net.Sockets;
using Xunit.Abstractions;

namespace ZeroCopy.Tests.Races;

/// <summary>A relay to which everything happens at once.</summary>
public sealed class RelayRaceTests(ITestOutputHelper output) : RelayTest
{
    private static readonly byte[] _there = Bytes.Random(60_000);
    private static readonly byte[] _back = Bytes.Random(60_001);

    [Fact]
    public void RelayAsync_FedEndedShutDownDisposedAndCancelledAtOnce_EndsWithEveryByteAccountedFor()
    {
        using Race race = new(4);
        Random random = new(2);
        Dictionary<RelayEnd, int> ends = [];
        int rounds = Rounds.Play(round =>
        {
            RelayEnd end = Play(race, random, isTcp: round % 16 == 0, isLeftAlone: round % 128 == 0);
            ends[end] = ends.GetValueOrDefault(end) + 1;
        });
        output.WriteLine($"{rounds} rounds: {string.Join(", ", ends)}");
        ends.Keys.Should().BeEquivalentTo(new[] { default, RelayEnd.Completed, RelayEnd.Failed }, "each way to end is among them");
    }

    private static RelayEnd Play(Race race, Random random, bool isTcp, bool isLeftAlone)
    {
        using SocketPair client = isTcp ? SocketPair.Tcp() : Native.UnnamedSockets();
        using SocketPair server = isTcp ? SocketPair.Tcp() : Native.UnnamedSockets();
        using CancellationTokenSource cancellation = new();
        Feed there = new(client.Far, _there, random.Next(_there.Length), (FeedEnd)random.Next(3));
        Feed back = new(server.Far, _back, random.Next(_back.Length), (FeedEnd)random.Next(3));
        (int toClient, int toServer) = (random.Next(5), random.Next(5));
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, null, cancellation.Token);

        race.Run(there.Run, back.Run, () => Disturb(client.Near, toClient, cancellation), () => Disturb(server.Near, toServer, cancellation));
        if ((toClient == 1 || toServer == 1) && !isLeftAlone)
        {
            // Otherwise it takes its time to find out.
            cancellation.Cancel();
        }

        RelayResult result = Result(relay);
        MustAccount(result.AToB, _there, there, back);
        MustAccount(result.BToA, _back, back, there);
        if (result.End == RelayEnd.Completed && toClient != 2 && toServer != 2)
        {
            result.BytesAToB.Should().Be(there.Sent);
            result.BytesBToA.Should().Be(back.Sent);
        }

        return result.End;
    }

    private static void Disturb(Socket near, int how, CancellationTokenSource cancellation)
    {
        switch (how)
        {
            case 1:
                near.Dispose();
                break;
            case 2:
                Calls.Try(() => near.Shutdown(SocketShutdown.Both));
                break;
            case 3:
                cancellation.Cancel();
                break;
        }
    }

    private static RelayResult Result(Task<RelayResult> relay)
    {
        try
        {
            return relay.WaitAsync(Patience).GetAwaiter().GetResult();
        }
        catch (TransferCanceledException e)
        {
            return e.Relay!;
        }
    }

    private static void MustAccount(RelayDirection direction, byte[] bytes, Feed from, Feed to)
    {
        direction.BytesRead.Should().Be(direction.BytesWritten + direction.Undelivered.Length).And.BeLessThanOrEqualTo(from.Sent);
        direction.Undelivered.ToArray().MustBe(bytes.AsSpan((int)direction.BytesWritten, direction.Undelivered.Length));
        byte[] arrived = to.CanReceive ? to.Receive() : [];
        arrived.MustBe(bytes.AsSpan(0, arrived.Length));
        arrived.Length.Should().BeLessThanOrEqualTo((int)direction.BytesWritten);
    }
}
