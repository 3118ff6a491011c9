using System.Net.Sockets;
using FsCheck;
using FsCheck.Fluent;

namespace ZeroCopy.Tests.Transfers;

/// <summary>Cancellation, after which another relay goes on from there, and no byte is lost or comes twice.</summary>
public sealed class RelayCancellationTests : RelayTest
{
    /// <summary>The first that is written to the console opens descriptors that stay.</summary>
    static RelayCancellationTests() => Check.QuickThrowOnFailure(Prop.ToProperty(true));

    /// <summary>How much there is in each direction, and after how many more bytes the relay is stopped, each time.</summary>
    public sealed record Course(int There, int Back, int Prefix, int Portion, int Buffer, int[] Stops, bool Unix, int Seed);

    [Fact]
    public async Task RelayAsync_CancelledBefore_NothingIsTouched()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        client.Far.Send("kept"u8);
        CancellationToken cancelled = new(canceled: true);
        RelayOptions options = new() { PrefixBToA = "prefix"u8.ToArray() };
        TransferCanceledException canceled = await MustBeCanceled(Transfer.RelayAsync(client.Near, server.Near, options, cancelled), cancelled, options);
        canceled.BytesRead.Should().Be(0);
        canceled.Relay!.BToA.Undelivered.ToArray().MustBe("prefix"u8);
        client.Near.ReceiveExactly(4).MustBe("kept"u8);
    }

    [Fact]
    public async Task RelayAsync_CancelledWhileNothingMoves_BothDirectionsAreUnharmed()
    {
        using CancellationTokenSource source = new();
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, null, source.Token);
        await MustPass("hello"u8.ToArray(), client.Far, server.Far);
        await source.CancelAsync();
        RelayResult result = (await MustBeCanceled(relay, source.Token)).Relay!;
        MustBeUnharmed(result.AToB);
        MustBeUnharmed(result.BToA);
        result.BytesAToB.Should().Be(5);
    }

    [Fact]
    public async Task RelayAsync_CancelledAtAnyPoint_AllArriveOnceAndInOrder()
    {
        int cases = Shell.IsContinuousIntegration ? 100 : 30;
        Gen<Course> courses =
            from there in Gen.Choose(0, 200_000)
            from back in Gen.Choose(0, 200_000)
            from prefix in Gen.Elements(0, 1, 50_000)
            from portion in Gen.Elements(100, 4096, 5000, 200_000)
            from buffer in Gen.Elements(20_000, 200_000)
            from stops in Gen.ArrayOf(Gen.Choose(0, 200_000))
            from unix in Gen.Elements(false, true)
            from seed in Gen.Choose(0, int.MaxValue)
            select new Course(there, back, prefix, portion, buffer, stops, unix, seed);
        await OnItsOwnThread(() =>
        {
            Prop.ForAll(courses.ToArbitrary(), course => MustArriveAsync(course).WaitAsync(Patience).GetAwaiter().GetResult())
                .Check(Config.QuickThrowOnFailure.WithMaxTest(cases));
            return true;
        });
    }

    private async Task MustArriveAsync(Course course)
    {
        Random random = new(course.Seed);
        byte[] there = new byte[course.There];
        byte[] back = new byte[course.Back];
        byte[] prefix = new byte[course.Prefix];
        random.NextBytes(there);
        random.NextBytes(back);
        random.NextBytes(prefix);
        using SocketPair client = course.Unix ? SocketPair.Unix(NewPath()) : SocketPair.Tcp();
        using SocketPair server = SocketPair.Tcp();
        client.Near.SendBufferSize = server.Near.SendBufferSize = course.Buffer;
        Task sending = InBackground(() => SendInPortions(client.Far, there, course.Portion));
        Task answering = InBackground(() => SendInPortions(server.Far, back, course.Portion));
        Task<byte[]> atServer = OnItsOwnThread(server.Far.ReceiveToEnd);
        Task<byte[]> atClient = OnItsOwnThread(client.Far.ReceiveToEnd);

        RelayOptions options = new() { PrefixAToB = prefix, CountersAToB = new TransferCounters(), CountersBToA = new TransferCounters() };
        foreach (int stop in course.Stops)
        {
            if (await IsStoppedAsync(client, server, options, stop) is not RelayResult stopped)
            {
                break;
            }

            options.PrefixAToB = stopped.AToB.Undelivered;
            options.PrefixBToA = stopped.BToA.Undelivered;
        }

        await MustEnd(Transfer.RelayAsync(client.Near, server.Near, options), RelayEnd.Completed, options);
        (await atServer).MustBe([.. prefix, .. there]);
        (await atClient).MustBe(back);
        await Task.WhenAll(sending, answering);
    }

    /// <summary>Relays until so many bytes have moved in either direction.</summary>
    /// <returns>What it was stopped with, or null if it was completed before.</returns>
    private static async Task<RelayResult?> IsStoppedAsync(SocketPair client, SocketPair server, RelayOptions options, int stop)
    {
        using CancellationTokenSource source = new();
        long goal = options.CountersAToB!.BytesRead + options.CountersBToA!.BytesWritten + stop;
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, options, source.Token);
        SpinWait.SpinUntil(() => relay.IsCompleted || options.CountersAToB.BytesRead + options.CountersBToA.BytesWritten >= goal, Patience);
        await source.CancelAsync();
        try
        {
            await relay;

            // A second one finds both ends again.
            options.PrefixAToB = options.PrefixBToA = default;
            return null;
        }
        catch (TransferCanceledException)
        {
            RelayResult stopped = (await MustBeCanceled(relay, source.Token, options)).Relay!;
            stopped.End.Should().Be(RelayEnd.Canceled);
            return stopped;
        }
    }

    private static void SendInPortions(Socket socket, byte[] bytes, int portion)
    {
        foreach (byte[] part in bytes.Chunk(portion))
        {
            socket.Send(part);
        }

        socket.Shutdown(SocketShutdown.Send);
    }
}
