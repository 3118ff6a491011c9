using System.Diagnostics;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>A sink that takes nothing is waited for, or detached after a time; one that is only slow is not.</summary>
public sealed class FanOutSlowSinkTests : FanOutTest
{
    private const int Much = 256 << 20;

    private static readonly TimeSpan _short = TimeSpan.FromMilliseconds(200);
    private static readonly byte[] _sent = Bytes.Random(500_000);

    [Theory]
    [InlineData("socket", 0, false)]
    [InlineData("socket", 1, true)]
    [InlineData("unix socket", 1, false)]
    [InlineData("unix socket", 0, true)]
    [InlineData("pipe", 0, false)]
    [InlineData("pipe", 1, false)]
    [InlineData("pipe", 0, true)]
    [InlineData("pipe", 1, true)]
    public async Task SlowSinkTimeout_OneSinkTakesNothing_IsDetachedInTimeAndTheOtherGetsEverything(string kind, int place, bool isAsync)
    {
        SocketPair source = NewSockets();
        SocketPair quick = NewSockets();
        using DisposableEnd slow = new(kind, TransferSide.Destination, NewPath());
        slow.Narrow(20_000);
        Task<byte[]> arriving = Reading(new NetworkStream(quick.Far));
        TransferEndpoint[] sinks = place == 0 ? [slow.Endpoint, quick.Near] : [quick.Near, slow.Endpoint];
        Task feeding = Feeding(source);
        long start = Stopwatch.GetTimestamp();
        FanOutResult result = await MustEnd(Started(isAsync, source.Near, sinks, new() { SlowSinkTimeout = _short }), _sent);
        Stopwatch.GetElapsedTime(start).Should().BeGreaterThanOrEqualTo(_short);
        result.BytesRead.Should().Be(_sent.Length);
        SinkResult late = result.Sinks[place];
        MustBeDetached(late, Errno.ETIMEDOUT);
        late.BytesDelivered.Should().BePositive();
        late.Undelivered.Length.Should().BePositive();
        MustBeWhole(result.Sinks[1 - place], _sent.Length);
        quick.Near.Shutdown(SocketShutdown.Send);
        (await arriving.WaitAsync(Patience)).MustBe(_sent);

        // It comes back, and finds what it was given before, to which what is handed back could still be added.
        Task<byte[]> late2 = Reading(slow.Peer!);
        slow.Owner.Dispose();
        (await late2.WaitAsync(Patience)).MustBe(_sent.AsSpan(0, (int)late.BytesDelivered));
        await feeding.WaitAsync(Patience);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SlowSinkTimeout_TwoAreLateAtOnce_BothAreDetachedTogether(bool isAsync)
    {
        SocketPair source = NewSockets();
        Pipe[] sinks = [NewPipe().Full(), NewPipe(1 << 20), NewPipe().Full()];
        source.Far.Send(_sent, 10_000, SocketFlags.None);
        source.Far.Shutdown(SocketShutdown.Send);
        long start = Stopwatch.GetTimestamp();
        FanOutResult result = await MustEnd(
            Started(isAsync, source.Near, [.. sinks.Select(sink => (TransferEndpoint)sink.WriteHandle)], new() { SlowSinkTimeout = _short }), _sent);
        Stopwatch.GetElapsedTime(start).Should().BeGreaterThanOrEqualTo(_short);
        foreach (SinkResult late in (SinkResult[])[result.Sinks[0], result.Sinks[2]])
        {
            MustBeDetached(late, Errno.ETIMEDOUT);
            late.BytesDelivered.Should().Be(0);
            late.Undelivered.Length.Should().BePositive();
        }

        MustBeWhole(result.Sinks[1], 10_000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SlowSinkTimeout_AllAreLate_EndsAndReadsNoMore(bool isAsync)
    {
        SocketPair source = NewSockets();
        Pipe[] sinks = [NewPipe().Full(), NewPipe().Full()];
        source.Far.Send(_sent, 100, SocketFlags.None);
        FanOutResult result = await MustEnd(
            Started(isAsync, source.Near, [sinks[0].WriteHandle, sinks[1].WriteHandle], new() { SlowSinkTimeout = _short }), _sent);
        result.Sinks.Should().OnlyContain(sink => sink.Error!.Errno == Errno.ETIMEDOUT && sink.Undelivered.Length == 100);
        result.SourceError.Should().Be(Errno.None);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SlowSinkTimeout_AllAreToEndWithIt_TheOthersToo(bool isAsync)
    {
        SocketPair source = NewSockets();
        Pipe[] sinks = [NewPipe().Full(), NewPipe(1 << 20)];
        source.Far.Send(_sent, 100, SocketFlags.None);
        FanOutOptions options = new() { SlowSinkTimeout = _short, OnSinkFailure = SinkFailurePolicy.Abort };
        FanOutResult result = await MustEnd(Started(isAsync, source.Near, [sinks[0].WriteHandle, sinks[1].WriteHandle], options), _sent);
        MustBeDetached(result.Sinks[0], Errno.ETIMEDOUT);
        MustBeWhole(result.Sinks[1], 100);
    }

    /// <summary>Nobody is late as long as there is nothing for them.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SlowSinkTimeout_TheSourceIsSilentForLonger_NobodyIsDetached(bool isAsync)
    {
        SocketPair source = NewSockets();
        Pipe[] sinks = [NewPipe(), NewPipe()];
        TimeSpan timeout = TimeSpan.FromMilliseconds(50);
        Task<FanOutResult> fanOut = Started(isAsync, source.Near, [sinks[0].WriteHandle, sinks[1].WriteHandle], new() { SlowSinkTimeout = timeout });
        for (int i = 0; i < 3; i++)
        {
            source.Far.Send(_sent, i * 10, 10, SocketFlags.None);
            Eventually(() => Array.TrueForAll(sinks, sink => sink.BytesAvailable == (i + 1) * 10), "they arrive");
            MustGoOnFor(4 * timeout, fanOut);
        }

        source.Far.Shutdown(SocketShutdown.Send);
        FanOutResult result = await MustEnd(fanOut, _sent);
        Array.ForEach([.. result.Sinks], sink => MustBeWhole(sink, 30));
    }

    [Theory]
    [InlineData("pipe", false)]
    [InlineData("pipe", true)]
    [InlineData("socket", true)]
    [InlineData("unix socket", false)]
    public async Task FanOut_OneSinkTakesNothing_IsWaitedForAtRestAndThenAllArrives(string kind, bool isAsync)
    {
        SocketPair source = NewSockets();
        SocketPair quick = NewSockets();
        using DisposableEnd slow = new(kind, TransferSide.Destination, NewPath());
        int filler = slow.Fill();
        Task<byte[]> arriving = Reading(new NetworkStream(quick.Far));
        Task<FanOutResult> fanOut = Started(isAsync, source.Near, [slow.Endpoint, quick.Near], new() { SlowSinkTimeout = Timeout.InfiniteTimeSpan });
        Task feeding = Feeding(source);
        MustRest(fanOut);
        Task<byte[]> late = Reading(slow.Peer!, most: filler + _sent.Length);
        FanOutResult result = await MustEnd(fanOut, _sent);
        Array.ForEach([.. result.Sinks], sink => MustBeWhole(sink, _sent.Length));
        (await late.WaitAsync(Patience))[filler..].MustBe(_sent);
        quick.Near.Shutdown(SocketShutdown.Send);
        (await arriving.WaitAsync(Patience)).MustBe(_sent);
        await feeding.WaitAsync(Patience);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FanOut_OneSinkReadsByteByByte_AllArrives(bool isAsync)
    {
        SocketPair source = NewSockets();
        Pipe slow = NewPipe(Environment.SystemPageSize);
        SocketPair quick = NewSockets();
        byte[] sent = _sent[..20_000];
        source.Far.Send(sent);
        source.Far.Shutdown(SocketShutdown.Send);
        Task<FanOutResult> fanOut = Started(isAsync, source.Near, [slow.WriteHandle, quick.Near]);
        await using FileStream peer = new(slow.ReadHandle, FileAccess.Read, bufferSize: 0);
        Task<byte[]> late = Reading(peer, portion: 1, most: sent.Length);
        FanOutResult result = await MustEnd(fanOut, sent);
        Array.ForEach([.. result.Sinks], sink => MustBeWhole(sink, sent.Length));
        (await late.WaitAsync(Patience)).MustBe(sent);
        quick.Far.ReceiveExactly(sent.Length).MustBe(sent);
    }

    [Fact]
    public async Task FanOutAsync_WhatASlowSinkWaitsForIsInMemory_NobodyWritesOverIt()
    {
        byte[] sent = _sent[..50_000];
        SocketPair slow = NewSockets(unix: true);
        Pipe quick = NewPipe(1 << 20);
        int filler = slow.Near.Fill();
        TransferCounters counters = new();
        Task<FanOutResult> fanOut =
            Started(isAsync: true, FileOf(sent), [slow.Near, quick.WriteHandle], new() { Snapshot = true, Counters = counters });
        Eventually(() => counters.BytesWritten >= sent.Length, "it waits for the one sink");
        MustRest(fanOut);
        for (int i = 0; i < 50; i++)
        {
            FanOut(isAsync: true, FileOf(new byte[64 * 1024]), [FileOf([]), FileOf([])], new() { Snapshot = true }).BytesRead.Should().Be(64 * 1024);
        }

        Task<byte[]> late = Reading(new NetworkStream(slow.Far), most: filler + sent.Length);
        Array.ForEach([.. (await MustEnd(fanOut, sent)).Sinks], sink => MustBeWhole(sink, sent.Length));
        (await late.WaitAsync(Patience))[filler..].MustBe(sent);
    }

    /// <summary>
    /// While a write to a disk takes its time, nobody gives the others anything: that is no fault of theirs. The reader may be late itself, where it has to wait
    /// for a processor, which it does not have to each time.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SlowSinkTimeout_AFileTakesLonger_WhoReadsMeanwhileIsNotLate(bool isAsync)
    {
        FanOutResult result;
        int tries = 0;
        do
        {
            result = await FanOutBesideAFile(isAsync);
        }
        while (result.Sinks[0].Error is not null && ++tries < 10);
        Array.ForEach([.. result.Sinks], sink => MustBeWhole(sink, Much));
    }

    private async Task<FanOutResult> FanOutBesideAFile(bool isAsync)
    {
        using Pipe source = new();
        source.WriteHandle.Dispose();
        using Pipe sink = new();
        SafeFileHandle file = FileOf([1]);
        await using FileStream peer = new(sink.ReadHandle, FileAccess.Read, bufferSize: 0);
        Task<Digest> reading = OnItsOwnThread(() => Digest.OfRest(peer, seed: 1));
        FanOutResult result = await Started(
            isAsync, source.ReadHandle, [sink.WriteHandle, file], new() { Prefix = new byte[Much], SlowSinkTimeout = _short / 3 }).WaitAsync(Patience);
        sink.WriteHandle.Dispose();
        (await reading.WaitAsync(Patience)).Length.Should().Be(result.Sinks[0].BytesDelivered);
        return result;
    }

    private static Task Feeding(SocketPair source, byte[]? bytes = null) => InBackground(() =>
    {
        source.Far.Send(bytes ?? _sent);
        source.Far.Shutdown(SocketShutdown.Send);
    });
}
