using System.Net.Sockets;
using ZeroCopy.Tests.Races;

namespace ZeroCopy.Tests.Transfers;

/// <summary>Cancellation, after which each sink is told what it did not get.</summary>
public sealed class FanOutCancellationTests : FanOutTest
{
    private static readonly byte[] _sent = Bytes.Random(200_000);

    [Fact]
    public async Task FanOutAsync_CancelledBefore_NothingIsTouched()
    {
        Pipe source = PipeOf("bytes");
        Pipe[] sinks = [NewPipe(), NewPipe()];
        CancellationToken cancelled = new(canceled: true);
        byte[] prefix = "prefix"u8.ToArray();
        Task<FanOutResult> fanOut = Transfer.FanOutAsync(source.ReadHandle, [sinks[0].WriteHandle, sinks[1].WriteHandle], new() { Prefix = prefix }, cancelled);
        FanOutResult result = await MustBeCanceled(fanOut, cancelled, [], prefix);
        result.BytesRead.Should().Be(0);
        result.Sinks.Should().OnlyContain(sink => sink.BytesDelivered == 0 && sink.Undelivered.Length == 6 && sink.Error == null);
        source.BytesAvailable.Should().Be(5);
        Array.ForEach(sinks, sink => sink.BytesAvailable.Should().Be(0));
    }

    [Theory]
    [InlineData("socket")]
    [InlineData("unix socket")]
    [InlineData("pipe")]
    public async Task FanOutAsync_CancelledWhileTheSourceIsWaitedFor_AllHaveWhatWasRead(string kind)
    {
        using CancellationTokenSource source = new();
        using DisposableEnd from = new(kind, TransferSide.Source, NewPath());
        Pipe[] sinks = [NewPipe(), NewPipe(), NewPipe()];
        Task<FanOutResult> fanOut = Transfer.FanOutAsync(from.Endpoint, [.. sinks.Select(sink => (TransferEndpoint)sink.WriteHandle)], null, source.Token);
        from.Peer!.Write(_sent.AsSpan(0, 1000));
        Eventually(() => Array.TrueForAll(sinks, sink => sink.BytesAvailable == 1000), "they arrive");
        MustRest(fanOut);
        await source.CancelAsync();
        FanOutResult result = await MustBeCanceled(fanOut, source.Token, _sent);
        Array.ForEach([.. result.Sinks], sink => MustBeWhole(sink, 1000));
    }

    [Theory]
    [InlineData("socket", 0)]
    [InlineData("socket", 1)]
    [InlineData("unix socket", 0)]
    [InlineData("pipe", 1)]
    public async Task FanOutAsync_CancelledWhileASinkIsWaitedFor_EachIsToldWhatItDidNotGet(string kind, int place)
    {
        using CancellationTokenSource source = new();
        SocketPair from = NewSockets();
        using DisposableEnd slow = new(kind, TransferSide.Destination, NewPath());
        Pipe quick = NewPipe(1 << 20);
        int filler = slow.Fill();
        TransferCounters counters = new();
        TransferEndpoint[] sinks = place == 0 ? [slow.Endpoint, quick.WriteHandle] : [quick.WriteHandle, slow.Endpoint];
        Task<FanOutResult> fanOut = Transfer.FanOutAsync(from.Near, sinks, new() { Counters = counters }, source.Token);
        from.Far.Send(_sent);
        Eventually(() => counters.BytesRead > 0 && counters.BytesWritten >= counters.BytesRead, "one has all, the other one hardly anything");
        await source.CancelAsync();
        FanOutResult result = await MustBeCanceled(fanOut, source.Token, _sent);
        result.Sinks[place].Undelivered.Length.Should().BePositive();
        result.Sinks[place].Error.Should().BeNull();
        MustBeWhole(result.Sinks[1 - place], result.BytesRead);
        quick.Read().MustBe(_sent.AsSpan(0, (int)result.BytesRead));
        Task<byte[]> rest = Reading(slow.Peer!);
        slow.Owner.Dispose();
        (await rest.WaitAsync(Patience)).Length.Should().Be(filler + (int)result.Sinks[place].BytesDelivered, "nothing else is in there");
    }

    [Fact]
    public async Task FanOutAsync_CancelledAfterASinkBroke_BothAreTold()
    {
        using CancellationTokenSource source = new();
        SocketPair from = NewSockets();
        Pipe dead = NewPipe();
        Pipe full = NewPipe().Full();
        Pipe quick = NewPipe(1 << 20);
        dead.ReadHandle.Dispose();
        TransferCounters counters = new();
        Task<FanOutResult> fanOut =
            Transfer.FanOutAsync(from.Near, [full.WriteHandle, quick.WriteHandle, dead.WriteHandle], new() { Counters = counters }, source.Token);
        from.Far.Send(_sent, 1000, SocketFlags.None);
        Eventually(() => counters.BytesWritten == 1000, "one has all");
        MustRest(fanOut);
        await source.CancelAsync();
        FanOutResult result = await MustBeCanceled(fanOut, source.Token, _sent);
        MustBeDetached(result.Sinks[2], Errno.EPIPE);
        result.Sinks.Select(sink => sink.BytesDelivered).Should().Equal(0, 1000, 0);
        result.Sinks.Select(sink => sink.Undelivered.Length).Should().Equal(1000, 0, 1000);
    }

    [Theory]
    [InlineData("socket")]
    [InlineData("pipe")]
    [InlineData(DisposableEnd.FileStream)]
    public async Task FanOutAsync_CancelledWhileMuchMoves_EndsSoonAndAccountsForAll(string kind)
    {
        for (int i = 0; i < 5; i++)
        {
            using CancellationTokenSource source = new();
            using DisposableEnd from = new(kind, TransferSide.Source, NewPath());
            DisposableEnd[] sinks = [.. DisposableEnd.Kinds.Select(sink => new DisposableEnd(sink, TransferSide.Destination, NewPath()))];
            Task[] peers = [InBackground(from.Feed), .. sinks.Select(sink => InBackground(sink.Drain))];
            TransferCounters counters = new();
            Task<FanOutResult> fanOut = Transfer.FanOutAsync(from.Endpoint, [.. sinks.Select(sink => sink.Endpoint)], new() { Counters = counters }, source.Token);
            Eventually(() => counters.BytesWritten > 5_000_000, "bytes move");
            Parallel.For(0, 4, _ => source.Cancel());
            TransferCanceledException canceled =
                (await FluentActions.Awaiting(() => fanOut.WaitAsync(Patience)).Should().ThrowAsync<TransferCanceledException>()).Which;
            FanOutResult result = canceled.FanOut!;
            result.SourceError.Should().Be(Errno.None);
            result.BytesRead.Should().Be(counters.BytesRead);
            result.Sinks.Sum(sink => sink.BytesDelivered).Should().Be(counters.BytesWritten);
            foreach (SinkResult sink in result.Sinks)
            {
                sink.Error.Should().BeNull();
                from.MustAccountFor(result.BytesRead, sink.BytesDelivered, sink.Undelivered);
            }

            from.Dispose();
            Array.ForEach(sinks, sink => sink.Dispose());
            await Task.WhenAll(peers).WaitAsync(Patience);
        }
    }

    [Fact]
    public async Task FanOutAsync_CancelledWithBytesInPipesOfThePool_TheNextOneGetsNoneOfThem()
    {
        using PipePool pool = new(maxIdlePipes: 2);
        for (int i = 0; i < 50; i++)
        {
            using CancellationTokenSource source = new();
            using Pipe full = new Pipe().Full();
            using Pipe roomy = new();
            using Pipe from = new();
            from.Write(_sent[..1000]);
            Task<FanOutResult> fanOut =
                Transfer.FanOutAsync(from.ReadHandle, [roomy.WriteHandle, full.WriteHandle], new() { Pool = pool }, source.Token);
            await source.CancelAsync();
            (await MustBeCanceled(fanOut, source.Token, _sent)).Sinks[1].Undelivered.Length.Should().Be(1000);

            using Pipe next = new();
            Pipe[] sinks = [NewPipe(), NewPipe()];
            next.Write("next");
            await MustEnd(
                Started(isAsync: true, next.ReadHandle, [sinks[0].WriteHandle, sinks[1].WriteHandle], new() { Pool = pool, Length = 4 }), "next"u8.ToArray());
            Array.ForEach(sinks, sink => sink.ReadText().Should().Be("next"));
        }
    }

    [Fact]
    public async Task FanOutAsync_CancelledAsItCompletes_EitherOfTheTwoAndNothingIsLost()
    {
        const int Rounds = 500;
        Pipe from = NewPipe();
        Pipe[] to = [NewPipe(), NewPipe(), NewPipe()];
        using Race race = new(2);
        int cancelled = 0;
        for (int i = 0; i < Rounds; i++)
        {
            using CancellationTokenSource source = new();
            from.Write(1, 2);
            Task<FanOutResult> fanOut =
                Transfer.FanOutAsync(from.ReadHandle, [.. to.Select(pipe => (TransferEndpoint)pipe.WriteHandle)], new() { Length = 4 }, source.Token);
            race.Run(source.Cancel, () => from.Write(3, 4));
            FanOutResult result;
            try
            {
                result = (await fanOut.WaitAsync(Patience)).MustAccountFor([1, 2, 3, 4]);
                result.BytesRead.Should().Be(4);
            }
            catch (TransferCanceledException e)
            {
                cancelled++;
                result = e.FanOut!.MustAccountFor([1, 2, 3, 4]);
            }

            byte[] unread = result.BytesRead < 4 ? from.Read(4) : [];
            for (int sink = 0; sink < to.Length; sink++)
            {
                byte[] arrived = to[sink].BytesAvailable > 0 ? to[sink].Read(4) : [];
                ((byte[])[.. arrived, .. result.Sinks[sink].Undelivered.Span, .. unread]).Should().Equal(1, 2, 3, 4);
            }
        }

        cancelled.Should().BeInRange(1, Rounds - 1, "now the one and now the other is first");
    }
}
