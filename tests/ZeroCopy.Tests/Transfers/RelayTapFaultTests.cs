using System.Diagnostics;
using System.Net.Sockets;

namespace ZeroCopy.Tests.Transfers;

/// <summary>A tap that breaks or lags, which the relay survives unharmed.</summary>
public sealed class RelayTapFaultTests : RelayTest
{
    private static readonly TimeSpan _short = TimeSpan.FromMilliseconds(300);
    private static readonly byte[] _sent = Bytes.Random(1_000_000);

    [SkippableFact]
    public void Tap_DiskIsFull_IsDetachedAndTheRelayGoesOn()
    {
        Mounts.SkipWithout();
        Finished child = Child.RunUnder(Mounts.WithTmpfs(Folder, "1m"), "tap-onto-full-disk", Folder);
        child.Text.Should().Be("exact\nCompleted None 200000 ENOSPC handed back\nexact so far\n", child.Error);
    }

    [Theory]
    [InlineData("full device", false)]
    [InlineData("full device", true)]
    [InlineData("closed pipe", false)]
    [InlineData("closed pipe", true)]
    [InlineData("reset socket", false)]
    public async Task Tap_Breaks_IsDetachedAndTheRelayGoesOn(string kind, bool ofServer)
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        (TransferEndpoint tap, Errno[] errnos) = BrokenTap(kind);
        RelayOptions options = ofServer ? new() { TapBToA = tap } : new() { TapAToB = tap };
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, options);
        (Socket from, Socket to) = ofServer ? (server.Far, client.Far) : (client.Far, server.Far);
        await MustPass(_sent, from, to);
        await MustPass(_sent, to, from);
        from.Shutdown(SocketShutdown.Send);
        to.ReceiveToEnd().Should().BeEmpty();
        to.Shutdown(SocketShutdown.Send);
        RelayResult result = await MustEnd(relay, RelayEnd.Completed);
        MustBeUnharmed(result.AToB);
        MustBeUnharmed(result.BToA);
        SinkResult broken = (ofServer ? result.BToA : result.AToB).Tap!;
        broken.Error!.Errno.Should().BeOneOf(errnos);
        broken.MustAccountFor(_sent);
        broken.Undelivered.Length.Should().BePositive();
        (ofServer ? result.BToA : result.AToB).BytesWritten.Should().Be(_sent.Length);
    }

    [Theory]
    [InlineData("tcp", 1000)]
    [InlineData("unix", 200)]
    [InlineData("pipe", 200)]
    public async Task Tap_TakesNothing_IsDetachedInTimeAndEveryByteIsRelayed(string kind, int milliseconds)
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        using DisposableEnd tap = new(kind == "tcp" ? "socket" : kind == "unix" ? "unix socket" : kind, TransferSide.Destination, NewPath());
        int filler = tap.Fill();
        TimeSpan timeout = TimeSpan.FromMilliseconds(milliseconds);
        long start = Stopwatch.GetTimestamp();
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, new RelayOptions { TapAToB = tap.Endpoint, SlowTapTimeout = timeout });
        await MustPass(_sent, client.Far, server.Far);
        Stopwatch.GetElapsedTime(start).Should().BeGreaterThan(timeout).And.BeLessThan(timeout + TimeSpan.FromSeconds(4));
        await MustPass(_sent, server.Far, client.Far);
        client.Far.Shutdown(SocketShutdown.Send);
        server.Far.Shutdown(SocketShutdown.Send);
        RelayResult result = await MustEnd(relay, RelayEnd.Completed);
        MustBeUnharmed(result.AToB);
        result.BytesAToB.Should().Be(_sent.Length);
        SinkResult late = result.AToB.Tap!;
        late.Error!.Errno.Should().Be(Errno.ETIMEDOUT);
        late.Undelivered.Length.Should().BePositive();
        late.MustAccountFor(_sent);
        tap.Owner.Dispose();
        await InBackground(() => tap.MustBeOver(TransferSide.Destination, filler + (int)late.BytesDelivered)).WaitAsync(Patience);
    }

    [Fact]
    public async Task SlowTapTimeout_Infinite_TheDirectionWaitsAndNoByteOfTheCopyIsLost()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        Pipe tap = NewPipe().Full();
        int filler = tap.Capacity;
        TransferCounters counters = new();
        RelayOptions options = new() { TapAToB = tap.WriteHandle, SlowTapTimeout = Timeout.InfiniteTimeSpan, CountersAToB = counters };
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, options);
        Task sending = InBackground(() =>
        {
            client.Far.Send(_sent);
            client.Far.Shutdown(SocketShutdown.Send);
        });
        Eventually(() => counters.BytesWritten > 0 && counters.BytesWritten == counters.BytesRead, "the first bytes go through");
        MustRest(relay);
        counters.BytesRead.Should().BeLessThan(_sent.Length, "no more is read before the tap has those");
        await MustPass(_sent, server.Far, client.Far);
        Task<byte[]> tapped = OnItsOwnThread(() => ReadExactly(tap, filler + _sent.Length));
        server.Far.ReceiveToEnd().MustBe(_sent);
        (await tapped.WaitAsync(Patience))[filler..].MustBe(_sent);
        await sending.WaitAsync(Patience);
        server.Far.Shutdown(SocketShutdown.Send);
        RelayResult result = await MustEnd(relay, RelayEnd.Completed);
        result.AToB.Tap!.Error.Should().BeNull();
        result.AToB.Tap.BytesDelivered.Should().Be(_sent.Length);
    }

    [Fact]
    public async Task Tap_IsDisposed_IsDetachedInSecondsAndTheRelayGoesOn()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        Pipe lagging = NewPipe().Full();
        Pipe idle = NewPipe();
        RelayOptions options = new() { TapAToB = lagging.WriteHandle, TapBToA = idle.WriteHandle, SlowTapTimeout = Timeout.InfiniteTimeSpan };
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, options);
        await MustPass("first"u8.ToArray(), client.Far, server.Far);
        client.Far.Send("second"u8);
        lagging.WriteHandle.Dispose();
        idle.WriteHandle.Dispose();
        server.Far.ReceiveExactly(6).MustBe("second"u8);
        await MustPass("answer"u8.ToArray(), server.Far, client.Far);
        client.Far.Shutdown(SocketShutdown.Send);
        server.Far.Shutdown(SocketShutdown.Send);
        RelayResult result = await MustEnd(relay, RelayEnd.Completed);
        result.AToB.Tap!.Error!.Errno.Should().Be(Errno.EBADF);
        result.AToB.Tap.Undelivered.ToArray().MustBe("first"u8);
        result.BToA.Tap!.Error!.Errno.Should().Be(Errno.EBADF);
        idle.BytesAvailable.Should().Be((int)result.BToA.Tap.BytesDelivered);
    }

    [Fact]
    public async Task Tap_LagsWhenTheRelayIsCancelled_IsToldWhatItDidNotGet()
    {
        using CancellationTokenSource cancellation = new();
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        Pipe tap = NewPipe().Full();
        RelayOptions options = new() { TapAToB = tap.WriteHandle, SlowTapTimeout = Timeout.InfiniteTimeSpan };
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, options, cancellation.Token);
        await MustPass("hello"u8.ToArray(), client.Far, server.Far);
        await cancellation.CancelAsync();
        RelayResult result = (await MustBeCanceled(relay, cancellation.Token)).Relay!;
        result.AToB.Tap!.Error.Should().BeNull();
        result.AToB.Tap.Undelivered.ToArray().MustBe("hello"u8);
        result.AToB.Undelivered.Length.Should().Be(0);
    }

    [Fact]
    public async Task Tap_LagsWhenTheReaderBreaks_BothAreToldWhatTheyDidNotGet()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        Pipe tap = NewPipe().Full();
        RelayOptions options = new() { TapAToB = tap.WriteHandle, SlowTapTimeout = Timeout.InfiniteTimeSpan };
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, options);
        await MustPass("hello"u8.ToArray(), client.Far, server.Far);
        client.Far.Send("more"u8);
        server.ResetFromFar();
        RelayResult result = await MustEnd(relay, RelayEnd.Failed);
        result.BToA.Error.Should().Be(Errno.ECONNRESET);
        result.AToB.Tap!.Undelivered.ToArray().MustBe("hello"u8);
        result.AToB.Tap.Error.Should().BeNull();
    }

    [Fact]
    public async Task IdleTimeout_TheTapLags_EndsTheRelay()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        Pipe tap = NewPipe().Full();
        RelayOptions options = new() { TapAToB = tap.WriteHandle, SlowTapTimeout = Timeout.InfiniteTimeSpan, IdleTimeout = _short };
        client.Far.Send("hello"u8);
        RelayResult result = await MustEnd(Transfer.RelayAsync(client.Near, server.Near, options), RelayEnd.IdleTimeout);
        server.Far.ReceiveExactly(5).MustBe("hello"u8);
        result.AToB.Tap!.Undelivered.ToArray().MustBe("hello"u8);
        MustBeUnharmed(result.AToB);
    }

    [Fact]
    public async Task Tap_LagsWhenItsSideEnds_TheEndIsPassedOnNoLaterThanTheTimeout()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        Pipe tap = NewPipe().Full();
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, new RelayOptions { TapAToB = tap.WriteHandle, SlowTapTimeout = _short });
        client.Far.Send("bye"u8);
        client.Far.Shutdown(SocketShutdown.Send);
        server.Far.ReceiveToEnd().MustBe("bye"u8);
        await MustPass("answer"u8.ToArray(), server.Far, client.Far);
        server.Far.Shutdown(SocketShutdown.Send);
        RelayResult result = await MustEnd(relay, RelayEnd.Completed);
        result.AToB.Tap!.Error!.Errno.Should().Be(Errno.ETIMEDOUT);
        result.AToB.Tap.Undelivered.ToArray().MustBe("bye"u8);
    }

    /// <summary>What is behind it reads on: it has what it was given until then, and no byte of what came later.</summary>
    [Fact]
    public async Task Tap_ComesBackAfterTheTimeout_HasAnIntactBeginning()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        SocketPair tap = NewSmallSockets();
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, new RelayOptions { TapAToB = tap.Near, SlowTapTimeout = _short });
        await MustPass(_sent, client.Far, server.Far);
        Task<byte[]> tapped = OnItsOwnThread(tap.Far.ReceiveToEnd);
        await MustPass(_sent, client.Far, server.Far);
        client.Far.Shutdown(SocketShutdown.Send);
        server.Far.Shutdown(SocketShutdown.Send);
        SinkResult late = (await MustEnd(relay, RelayEnd.Completed)).AToB.Tap!;
        late.Error!.Errno.Should().Be(Errno.ETIMEDOUT);
        late.MustAccountFor(_sent);
        tap.Near.Shutdown(SocketShutdown.Send);
        (await tapped.WaitAsync(Patience)).MustBe(_sent.AsSpan(0, (int)late.BytesDelivered));
    }

    private static byte[] ReadExactly(Pipe pipe, int count)
    {
        byte[] all = [];
        while (all.Length < count)
        {
            all = [.. all, .. pipe.Read()];
        }

        return all;
    }

    private (TransferEndpoint Endpoint, Errno[] Errnos) BrokenTap(string kind)
    {
        switch (kind)
        {
            case "full device":
                return (Own(Native.Open("/dev/full", Native.O_WRONLY)), [Errno.ENOSPC]);

            case "closed pipe":
                Pipe pipe = NewPipe();
                pipe.ReadHandle.Dispose();
                return (pipe.WriteHandle, [Errno.EPIPE]);

            default:
                SocketPair sockets = NewSockets();
                sockets.ResetFromFar();
                Eventually(() => sockets.Near.Poll(0, SelectMode.SelectError), "the reset is there");
                return (sockets.Near, [Errno.EPIPE, Errno.ECONNRESET]);
        }
    }
}
