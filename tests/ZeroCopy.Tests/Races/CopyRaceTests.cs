using Xunit.Abstractions;

namespace ZeroCopy.Tests.Races;

/// <summary>A copy to which everything happens at once.</summary>
public sealed class CopyRaceTests(ITestOutputHelper output) : TransferTest
{
    private static readonly byte[] _bytes = Bytes.Random(100_000);

    [Fact]
    public void CopyAsync_FedEndedDisposedAndCancelledAtOnce_EndsWithEveryByteAccountedFor()
    {
        using Race race = new(5);
        Random random = new(1);
        Dictionary<string, int> outcomes = new(StringComparer.Ordinal);
        int rounds = Rounds.Play(round =>
        {
            string outcome = Play(race, random, isTcp: round % 16 == 0, isLeftAlone: round % 128 == 0);
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        });
        output.WriteLine($"{rounds} rounds: {string.Join(", ", outcomes)}");
        outcomes.Should().HaveCount(3, "each way to end is among them");
    }

    private static string Play(Race race, Random random, bool isTcp, bool isLeftAlone)
    {
        using SocketPair source = isTcp ? SocketPair.Tcp() : Native.UnnamedSockets();
        using SocketPair sink = isTcp ? SocketPair.Tcp() : Native.UnnamedSockets();
        using CancellationTokenSource cancellation = new();
        Feed feed = new(source.Far, _bytes, random.Next(_bytes.Length), (FeedEnd)random.Next(3));
        Feed eater = new(sink.Far, _bytes, length: 0, (FeedEnd)random.Next(3));
        (bool cancels, bool disposesSource, bool disposesSink, bool breaksSink) =
            (random.Next(4) == 0, random.Next(4) == 0, random.Next(4) == 0, random.Next(4) == 0);
        Task<CopyResult> copy = Transfer.CopyAsync(source.Near, sink.Near, null, cancellation.Token).AsTask();

        race.Run(
            feed.Run,
            cancels ? cancellation.Cancel : Nothing,
            disposesSource ? source.Near.Dispose : Nothing,
            disposesSink ? sink.Near.Dispose : Nothing,
            breaksSink ? eater.Run : Nothing);
        if ((disposesSource || disposesSink) && !isLeftAlone)
        {
            // Otherwise it takes its time to find out.
            cancellation.Cancel();
        }

        (string outcome, long written) = Outcome(copy, feed);
        byte[] arrived = breaksSink && !eater.CanReceive ? [] : eater.Receive();
        arrived.MustBe(_bytes.AsSpan(0, arrived.Length));
        arrived.Length.Should().BeLessThanOrEqualTo((int)written);
        return outcome;
    }

    private static void Nothing()
    {
    }

    private static (string Outcome, long Written) Outcome(Task<CopyResult> copy, Feed feed)
    {
        try
        {
            CopyResult result = copy.WaitAsync(Patience).GetAwaiter().GetResult();
            result.BytesCopied.Should().Be(feed.Sent);
            return ("completed", result.BytesCopied);
        }
        catch (TransferException e)
        {
            e.Errno.Should().BeOneOf(Errno.EBADF, Errno.EPIPE, Errno.ECONNRESET);
            return ("failed", e.MustAccountFor(_bytes).BytesWritten);
        }
        catch (TransferCanceledException e)
        {
            return ("cancelled", e.MustAccountFor(_bytes).BytesWritten);
        }
    }
}
