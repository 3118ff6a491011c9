using System.Net.Sockets;

namespace ZeroCopy.Tests.Transfers;

/// <summary>Relays that nothing moves on.</summary>
public sealed class RelayParkedTests : RelayTest
{
    private const int Many = 1000;

    [Fact]
    public async Task RelayAsync_ManyThatWait_HoldNoPipeAndUseNoTime()
    {
        using MeterReader meter = new();
        List<(SocketPair Client, SocketPair Server, Task<RelayResult> Relay)> relays = [];
        for (int i = 0; i < Many; i++)
        {
            SocketPair client = Own(SocketPair.Tcp());
            SocketPair server = Own(SocketPair.Tcp());
            relays.Add((client, server, Transfer.RelayAsync(client.Near, server.Near)));
        }

        relays.ForEach(relay => relay.Client.Far.Send("hello"u8));
        relays.ForEach(relay => relay.Server.Far.ReceiveExactly(5));
        Eventually(() => meter.Rented == 0, "who waits gives its pipe back");
        MustRest(Task.WhenAny(relays.Select(relay => relay.Relay)));
        relays.ForEach(relay => relay.Client.Far.Shutdown(SocketShutdown.Send));
        relays.ForEach(relay => relay.Server.Far.ReceiveToEnd().Should().BeEmpty());
        relays.ForEach(relay => relay.Server.Far.Shutdown(SocketShutdown.Send));
        foreach ((_, _, Task<RelayResult> relay) in relays)
        {
            (await MustEnd(relay, RelayEnd.Completed)).BytesAToB.Should().Be(5);
        }
    }

    [Fact]
    public async Task RelayAsync_OneSideNeverReads_RestsAndTheOtherDirectionGoesOn()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        TransferCounters counters = new();
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, new RelayOptions { CountersAToB = counters });
        int sent = client.Far.Fill();
        int more;
        do
        {
            MustRest(relay);
            sent += more = client.Far.Fill();
        }
        while (more > 0);
        sent.Should().BeGreaterThan((int)counters.BytesWritten);
        await MustPass(Bytes.Random(1_000_000), server.Far, client.Far);
        server.Far.ReceiveExactly(sent);
        client.Far.Dispose();
        server.Far.Dispose();
        await MustEnd(relay, RelayEnd.Completed);
    }

    /// <summary>What waits for a pipe full to be taken does not keep the others of the loop from theirs.</summary>
    [Fact]
    public async Task RelayAsync_ManyBesideOneThatMovesAllTheTime_AllAreServed()
    {
        SocketPair busyClient = NewSockets();
        SocketPair busyServer = NewSockets();
        Task<RelayResult> busy = Transfer.RelayAsync(busyClient.Near, busyServer.Near);
        Task sending = InBackground(() => SendUntilItFails(busyClient.Far));
        Task receiving = InBackground(() => busyServer.Far.ReceiveToEnd());
        for (int i = 0; i < 20; i++)
        {
            SocketPair client = NewSockets();
            SocketPair server = NewSockets();
            Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near);
            for (int message = 0; message < 10; message++)
            {
                await MustPass([(byte)message], client.Far, server.Far);
                await MustPass([(byte)message, 1], server.Far, client.Far);
            }

            client.Far.Dispose();
            server.Far.Dispose();
            await MustEnd(relay, RelayEnd.Completed);
        }

        busy.IsCompleted.Should().BeFalse();
        busyClient.Near.Dispose();
        await MustEnd(busy, RelayEnd.Failed);
        busyServer.Near.Dispose();
        await Task.WhenAll(sending, receiving).WaitAsync(Patience);
    }

    private static void SendUntilItFails(Socket socket)
    {
        byte[] bytes = new byte[100_000];
        SocketError error;
        do
        {
            socket.Send(bytes, SocketFlags.None, out error);
        }
        while (error == SocketError.Success);
    }
}
