using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>A sink that breaks is detached with all that it did not get, and the others get everything; a source that breaks ends it.</summary>
public sealed class FanOutFaultTests : FanOutTest
{
    private static readonly byte[] _sent = Bytes.Random(3_000_000);

    public static TheoryData<string, int, bool> Breaks()
    {
        TheoryData<string, int, bool> breaks = [];
        foreach (string kind in (string[])["reset socket", "closed unix socket", "closed pipe", "full device", "full file"])
        {
            for (int place = 0; place < 3; place++)
            {
                breaks.Add(kind, place, p3: (place & 1) == 0);
            }

            breaks.Add(kind, p2: 2, p3: false);
        }

        return breaks;
    }

    /// <summary>The last one's pipe is the one that is filled.</summary>
    [Theory]
    [MemberData(nameof(Breaks))]
    public async Task FanOut_OneSinkBreaks_IsReportedAndTheOthersGetEverything(string kind, int place, bool isAsync)
    {
        SocketPair source = NewSockets();
        SocketPair[] whole = [NewSockets(), NewSockets(unix: true)];
        (TransferEndpoint broken, Func<int, Task> breakAfter, Errno[] errnos) = BrokenSink(kind);
        List<TransferEndpoint> sinks = [whole[0].Near, whole[1].Near];
        sinks.Insert(place, broken);
        byte[] prefix = [1, 2, 3];
        Task<byte[]>[] arriving = [.. whole.Select(sockets => Reading(new NetworkStream(sockets.Far)))];
        Task<FanOutResult> fanOut = Started(isAsync, source.Near, sinks, new() { Prefix = prefix });
        Task breaking = breakAfter(1000);
        Task feeding = Feeding(source);
        FanOutResult result = await MustEnd(fanOut, _sent, prefix);
        result.BytesRead.Should().Be(_sent.Length);
        result.SourceError.Should().Be(Errno.None);
        MustBeDetached(result.Sinks[place], errnos);
        result.Sinks[place].Undelivered.Length.Should().BePositive();
        for (int i = 0; i < whole.Length; i++)
        {
            MustBeWhole(result.Sinks[i < place ? i : i + 1], prefix.Length + _sent.Length);
            whole[i].Near.Shutdown(SocketShutdown.Send);
            (await arriving[i].WaitAsync(Patience)).MustBe([.. prefix, .. _sent]);
        }

        await Task.WhenAll(breaking, feeding).WaitAsync(Patience);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public async Task FanOut_OneSinkBreaksAndAllAreToEnd_EachIsToldWhatItDidNotGet(int place, bool isAsync)
    {
        SocketPair source = NewSockets();
        Pipe[] pipes = [NewPipe(), NewPipe(), NewPipe()];
        pipes[place].ReadHandle.Dispose();
        byte[] sent = _sent[..20_000];
        source.Far.Send(sent);
        FanOutOptions options = new() { OnSinkFailure = SinkFailurePolicy.Abort };
        FanOutResult result = await MustEnd(Started(isAsync, source.Near, [.. pipes.Select(pipe => (TransferEndpoint)pipe.WriteHandle)], options), sent);
        result.SourceError.Should().Be(Errno.None);
        result.IsComplete.Should().BeFalse();
        MustBeDetached(result.Sinks[place], Errno.EPIPE);
        result.Sinks[place].BytesDelivered.Should().Be(0);
        result.BytesRead.Should().BePositive();
        for (int i = 0; i < pipes.Length; i++)
        {
            if (i != place)
            {
                result.Sinks[i].Error.Should().BeNull();
                pipes[i].BytesAvailable.Should().Be((int)result.Sinks[i].BytesDelivered);
            }
        }

        source.Near.Available.Should().Be(sent.Length - (int)result.BytesRead, "it reads no more");
    }

    [Theory]
    [InlineData(SinkFailurePolicy.Detach, false)]
    [InlineData(SinkFailurePolicy.Detach, true)]
    [InlineData(SinkFailurePolicy.Abort, true)]
    public async Task FanOut_AllSinksBreakInOneRound_EndsAndReadsNoMore(SinkFailurePolicy policy, bool isAsync)
    {
        Pipe source = NewPipe(1 << 20);
        source.Write(_sent[..1_000_000]);
        Pipe[] sinks = [NewPipe(), NewPipe(), NewPipe()];
        Array.ForEach(sinks, sink => sink.ReadHandle.Dispose());
        FanOutResult result = await MustEnd(
            Started(isAsync, source.ReadHandle, [.. sinks.Select(sink => (TransferEndpoint)sink.WriteHandle)], new() { OnSinkFailure = policy }), _sent);
        result.SourceError.Should().Be(Errno.None);
        result.IsComplete.Should().BeFalse();
        result.Sinks.Count(sink => sink.Error?.Errno == Errno.EPIPE).Should().Be(policy == SinkFailurePolicy.Detach ? 3 : 1);
        result.Sinks.Should().OnlyContain(sink => sink.BytesDelivered == 0 && sink.Undelivered.Length == result.BytesRead);
        source.BytesAvailable.Should().Be(1_000_000 - (int)result.BytesRead);
        result.BytesRead.Should().BeLessThan(1_000_000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FanOut_SinksBreakOneAfterTheOther_EachIsDetachedWhereItBroke(bool isAsync)
    {
        SocketPair source = NewSockets();
        Pipe[] sinks = [.. Enumerable.Range(0, 5).Select(_ => NewPipe(1 << 20))];
        Task<FanOutResult> fanOut = Started(isAsync, source.Near, [.. sinks.Select(sink => (TransferEndpoint)sink.WriteHandle)]);
        int[] order = [4, 0, 2, 3];
        for (int round = 0; round < order.Length; round++)
        {
            source.Far.Send(_sent, round * 1000, 1000, SocketFlags.None);
            Eventually(() => Array.TrueForAll(sinks, sink => sink.ReadHandle.IsClosed || sink.BytesAvailable == (round + 1) * 1000), "they arrive");
            sinks[order[round]].ReadHandle.Dispose();
        }

        source.Far.Send(_sent, 4000, 1000, SocketFlags.None);
        source.Far.Shutdown(SocketShutdown.Send);
        FanOutResult result = await MustEnd(fanOut, _sent);
        result.BytesRead.Should().Be(5000);
        for (int round = 0; round < order.Length; round++)
        {
            SinkResult broken = result.Sinks[order[round]];
            MustBeDetached(broken, Errno.EPIPE);
            broken.BytesDelivered.Should().Be((round + 1) * 1000);
            broken.Undelivered.Length.Should().Be(1000);
        }

        MustBeWhole(result.Sinks[1], 5000);
        sinks[1].Read().MustBe(_sent.AsSpan(0, 5000));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FanOut_SinkClosedAtOnce_TheOtherGetsEverything(bool isAsync)
    {
        SocketPair source = NewSockets();
        SocketPair gone = NewSockets();
        SocketPair there = NewSockets();
        gone.Far.Dispose();
        Task<byte[]> arriving = Reading(new NetworkStream(there.Far));
        Task<FanOutResult> fanOut = Started(isAsync, source.Near, [gone.Near, there.Near]);
        Task feeding = Feeding(source);
        FanOutResult result = await MustEnd(fanOut, _sent);
        MustBeDetached(result.Sinks[0], Errno.EPIPE, Errno.ECONNRESET);
        MustBeWhole(result.Sinks[1], _sent.Length);
        there.Near.Shutdown(SocketShutdown.Send);
        (await arriving.WaitAsync(Patience)).MustBe(_sent);
        await feeding.WaitAsync(Patience);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FanOut_SourceResets_WhatCameBeforeArrivesAndThenItEnds(bool isAsync)
    {
        SocketPair source = NewSockets();
        Pipe[] sinks = [NewPipe(), NewPipe()];
        Task<FanOutResult> fanOut = Started(isAsync, source.Near, [sinks[0].WriteHandle, sinks[1].WriteHandle]);
        source.Far.Send(_sent, 1000, SocketFlags.None);
        Eventually(() => Array.TrueForAll(sinks, sink => sink.BytesAvailable == 1000), "they arrive");
        source.ResetFromFar();
        FanOutResult result = await MustEnd(fanOut, _sent);
        result.SourceError.Should().Be(Errno.ECONNRESET);
        result.BytesRead.Should().Be(1000);
        Array.ForEach([.. result.Sinks], sink => MustBeWhole(sink, 1000));
        Array.ForEach(sinks, sink => sink.Read().MustBe(_sent.AsSpan(0, 1000)));
    }

    /// <summary>What is in the pipes of a file are references to its pages, which are gone then.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FanOut_SourceFileIsShortenedMeanwhile_EndsAndTellsWhatEachHas(bool isAsync)
    {
        SafeFileHandle source = FileOf(_sent);
        SocketPair slow = NewSockets(unix: true);
        Pipe quick = NewPipe(1 << 20);
        int filler = slow.Near.Fill();
        TransferCounters counters = new();
        Task<FanOutResult> fanOut = Started(isAsync, source, [slow.Near, quick.WriteHandle], new() { Counters = counters });
        Eventually(() => counters.BytesRead > 0 && counters.BytesWritten == counters.BytesRead, "one has everything, and the other one is waited for");
        RandomAccess.SetLength(source, 100);
        slow.Far.ReceiveExactly(filler);
        Task<byte[]> arriving = Reading(new NetworkStream(slow.Far));
        FanOutResult result = await fanOut.WaitAsync(Patience);
        slow.Near.Dispose();
        byte[] arrived = await arriving.WaitAsync(Patience);
        arrived.Length.Should().Be((int)result.Sinks[0].BytesDelivered);
        result.SourceError.Should().BeOneOf(Errno.None, Errno.ENODATA);
        result.BytesRead.Should().BeLessThan(_sent.Length);
        quick.BytesAvailable.Should().Be((int)result.Sinks[1].BytesDelivered);
    }

    private static Task Feeding(SocketPair source) => InBackground(() =>
    {
        source.Far.Send(_sent);
        source.Far.Shutdown(SocketShutdown.Send);
    });

    /// <summary>What breaks, how to break it once it has taken so many bytes, and what that is called.</summary>
    private (TransferEndpoint Endpoint, Func<int, Task> BreakAfter, Errno[] Errnos) BrokenSink(string kind)
    {
        switch (kind)
        {
            case "full device":
                return (Own(Native.Open("/dev/full", Native.O_WRONLY)), _ => Task.CompletedTask, [Errno.ENOSPC]);

            case "full file":
                SafeFileHandle memfd = Own(Native.SealedMemfd());
                return (memfd, _ => Task.CompletedTask, [Errno.EPERM]);

            case "closed pipe":
                Pipe pipe = NewPipe();
                return (pipe.WriteHandle, count => InBackground(() =>
                {
                    pipe.Read(count);
                    pipe.ReadHandle.Dispose();
                }), [Errno.EPIPE]);

            default:
                SocketPair sockets = NewSmallSockets(unix: kind == "closed unix socket");
                return (sockets.Near, count => InBackground(() =>
                {
                    sockets.Far.ReceiveExactly(count);
                    sockets.ResetFromFar();
                }), [Errno.EPIPE, Errno.ECONNRESET]);
        }
    }
}
