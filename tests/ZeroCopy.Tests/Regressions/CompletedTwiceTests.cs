using ZeroCopy.Tests.Races;

namespace ZeroCopy.Tests.Regressions;

/// <summary>
/// A transfer that is cancelled as it completes, fails or times out: whatever completes it a second time throws where nobody catches it, hands its pipe back
/// twice, or counts bytes twice. All that can end one is let loose on it at once.
/// </summary>
public sealed class CompletedTwiceTests : RelayTest
{
    private const int Races = 300;

    [Fact]
    public async Task CopyAsync_CancelledAsItCompletes_EitherOfTheTwoAndNothingIsLost()
    {
        const int Rounds = 1000;
        Pipe from = NewPipe();
        Pipe to = NewPipe();
        using Race race = new(2);
        int cancelled = 0;
        for (int i = 0; i < Rounds; i++)
        {
            using CancellationTokenSource source = new();
            from.Write(1, 2);
            Task<CopyResult> copy = Transfer.CopyAsync(from.ReadHandle, to.WriteHandle, new CopyOptions { Length = 4 }, source.Token).AsTask();
            race.Run(source.Cancel, () => from.Write(3, 4));
            byte[] rest = [];
            try
            {
                (await copy.WaitAsync(Patience)).BytesCopied.Should().Be(4);
            }
            catch (TransferCanceledException e)
            {
                cancelled++;
                rest = [.. e.MustAccountFor([1, 2, 3, 4]).Undelivered.Span, .. e.BytesRead < 4 ? from.Read(4) : []];
            }

            ((byte[])[.. to.BytesAvailable > 0 ? to.Read(4) : [], .. rest]).Should().Equal(1, 2, 3, 4);
        }

        cancelled.Should().BeInRange(1, Rounds - 1, "now the one and now the other is first");
    }

    [Fact]
    public async Task RelayAsync_AllThatCanEndItAtOnce_EndsOnceWithEveryByteAccountedFor()
    {
        using MeterReader meter = new();
        using MemoryLogger logger = new();
        Random random = new(2);
        for (int i = 0; i < Races; i++)
        {
            using CancellationTokenSource cancellation = new();
            using SocketPair client = SocketPair.Tcp();
            using SocketPair server = SocketPair.Tcp();
            RelayOptions options = new()
            {
                IdleTimeout = TimeSpan.FromMilliseconds(random.Next(1, 5)),
                DrainTimeout = TimeSpan.FromMilliseconds(random.Next(1, 5)),
                LoggerFactory = logger,
            };
            Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, options, cancellation.Token);
            client.Far.Send(new byte[random.Next(1, 30_000)]);
            server.Far.Send(new byte[random.Next(1, 30_000)]);
            Action[] ends = [cancellation.Cancel, client.ResetFromFar, server.Far.Dispose, server.Near.Dispose, () => Thread.SpinWait(random.Next(1000))];
            random.Shuffle(ends);
            await Task.WhenAll(ends[..random.Next(1, ends.Length)].Select(end => Task.Run(end))).WaitAsync(Patience);
            RelayResult result = await Ended(relay);
            foreach (RelayDirection direction in (RelayDirection[])[result.AToB, result.BToA])
            {
                direction.BytesRead.Should().Be(direction.BytesWritten + direction.Undelivered.Length);
            }
        }

        logger.Lines.Should().HaveCount(Races, "each has ended once");
        meter.Rented.Should().Be(0);
    }

    /// <summary>In a process of its own, which whatever the timer's thread throws would end.</summary>
    [Fact]
    public void RelayAsync_EndsAsItsTimerFires_NothingIsThrownWhereNobodyCatchesIt()
    {
        Finished child = Child.Run("end-relays-as-their-timers-fire");
        child.Text.Should().Be("20000 ended\n", child.Error);
        child.ExitCode.Should().Be(0);
    }

    [Fact]
    public async Task FanOutAsync_AllThatCanEndItAtOnce_EndsOnceWithEveryByteAccountedFor()
    {
        using MeterReader meter = new();
        using MemoryLogger logger = new();
        byte[] sent = Bytes.Random(20_000);
        Random random = new(3);
        for (int i = 0; i < Races; i++)
        {
            using CancellationTokenSource cancellation = new();
            using SocketPair source = SocketPair.Tcp();
            using SocketPair sink = SocketPair.Tcp();
            using Pipe other = new();
            FanOutOptions options = new() { SlowSinkTimeout = TimeSpan.FromMilliseconds(random.Next(1, 5)), LoggerFactory = logger };
            Task<FanOutResult> fanOut = Transfer.FanOutAsync(source.Near, [sink.Near, other.WriteHandle], options, cancellation.Token);
            source.Far.Send(sent);
            Action[] ends = [cancellation.Cancel, source.ResetFromFar, sink.Far.Dispose, other.ReadHandle.Dispose, source.Near.Dispose];
            random.Shuffle(ends);
            await Task.WhenAll(ends[..random.Next(2, ends.Length)].Select(end => Task.Run(end))).WaitAsync(Patience);

            // So that it does not wait where only sinks have gone.
            await cancellation.CancelAsync();
            (await Ended(fanOut)).MustAccountFor(sent);
        }

        logger.Lines.Should().HaveCount(Races, "each has ended once");
        meter.Rented.Should().Be(0);
    }

    private static async Task<RelayResult> Ended(Task<RelayResult> relay)
    {
        try
        {
            return await relay.WaitAsync(Patience);
        }
        catch (TransferCanceledException e)
        {
            return e.Relay!;
        }
    }

    private static async Task<FanOutResult> Ended(Task<FanOutResult> fanOut)
    {
        try
        {
            return await fanOut.WaitAsync(Patience);
        }
        catch (TransferCanceledException e)
        {
            return e.FanOut!;
        }
    }
}
