using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>An end that its owner disposes under a fan-out: a sink is detached, and without the source it is over.</summary>
public sealed class FanOutDisposeTests : FanOutTest
{
    private static readonly byte[] _sent = Bytes.Random(50_000);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FanOut_SinkIsDisposedWhileTheSourceIsWaitedFor_IsDetachedAndTheOthersGoOn(bool isAsync)
    {
        await Task.WhenAll(DisposableEnd.Kinds.Select(async kind =>
        {
            SocketPair source = SocketPair.Tcp();
            using DisposableEnd disposed = new(kind, TransferSide.Destination, PathOf($"{kind}{isAsync}"));
            using Pipe other = new();
            TransferCounters counters = new();
            Task<FanOutResult> fanOut = Started(isAsync, source.Near, [other.WriteHandle, disposed.Endpoint], new() { Counters = counters });
            source.Far.Send(_sent, 1000, SocketFlags.None);
            Eventually(() => counters.BytesWritten == 2000, "only then is the source waited for");
            await Task.Yield();
            await InBackground(disposed.Owner.Dispose).WaitAsync(Patience);
            await InBackground(() => disposed.MustBeOver(TransferSide.Destination, 1000)).WaitAsync(Patience);
            source.Far.Send(_sent, 1000, 1000, SocketFlags.None);
            source.Far.Shutdown(SocketShutdown.Send);
            FanOutResult result = await MustEnd(fanOut, _sent);
            MustBeDetached(result.Sinks[1], Errno.EBADF);
            result.Sinks[1].BytesDelivered.Should().Be(1000);
            MustBeWhole(result.Sinks[0], 2000);
            other.Read().MustBe(_sent.AsSpan(0, 2000));
            source.Dispose();
        }));
    }

    [Theory]
    [InlineData("socket", false)]
    [InlineData("socket", true)]
    [InlineData("network stream", true)]
    [InlineData("unix socket", false)]
    [InlineData("pipe", false)]
    [InlineData("pipe", true)]
    public async Task FanOut_SinkIsDisposedWhileItIsWaitedFor_IsDetachedInSecondsAndTheOthersGoOn(string kind, bool isAsync)
    {
        SocketPair source = NewSockets();
        using DisposableEnd disposed = new(kind, TransferSide.Destination, NewPath());
        Pipe other = NewPipe(1 << 20);
        int filler = disposed.Fill();
        TransferCounters counters = new();
        Task<FanOutResult> fanOut = Started(isAsync, source.Near, [disposed.Endpoint, other.WriteHandle], new() { Counters = counters });
        source.Far.Send(_sent);
        source.Far.Shutdown(SocketShutdown.Send);
        Eventually(() => counters.BytesRead > 0 && counters.BytesWritten >= counters.BytesRead, "it waits for the one sink");
        MustRest(fanOut);
        await InBackground(disposed.Owner.Dispose).WaitAsync(Patience);
        FanOutResult result = await MustEnd(fanOut, _sent);
        MustBeDetached(result.Sinks[0], Errno.EBADF);
        result.Sinks[0].Undelivered.Length.Should().BePositive();
        MustBeWhole(result.Sinks[1], _sent.Length);
        other.Read().MustBe(_sent);
        await InBackground(() => disposed.MustBeOver(TransferSide.Destination, filler + (int)result.Sinks[0].BytesDelivered)).WaitAsync(Patience);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FanOut_SinkIsDisposedWhileAnotherIsWaitedFor_IsDetachedInSecondsAndTheOthersGoOn(bool isAsync)
    {
        SocketPair source = NewSockets();
        Pipe slow = NewPipe().Full();
        Pipe disposed = NewPipe(1 << 20);
        Pipe other = NewPipe(1 << 20);
        TransferCounters counters = new();
        Task<FanOutResult> fanOut = Started(isAsync, source.Near, [slow.WriteHandle, disposed.WriteHandle, other.WriteHandle], new() { Counters = counters });
        source.Far.Send(_sent);
        source.Far.Shutdown(SocketShutdown.Send);
        Eventually(() => counters.BytesRead > 0 && 2 * counters.BytesRead == counters.BytesWritten, "it waits for the one sink");
        disposed.WriteHandle.Dispose();
        Task<byte[]> late = Reading(Own(new FileStream(slow.ReadHandle, FileAccess.Read, bufferSize: 0)), most: slow.Capacity + _sent.Length);
        FanOutResult result = await MustEnd(fanOut, _sent);
        MustBeDetached(result.Sinks[1], Errno.EBADF);
        MustBeWhole(result.Sinks[0], _sent.Length);
        MustBeWhole(result.Sinks[2], _sent.Length);
        (await late.WaitAsync(Patience))[^_sent.Length..].MustBe(_sent);
        disposed.Read().MustBe(_sent.AsSpan(0, (int)result.Sinks[1].BytesDelivered));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task FanOut_SourceIsDisposed_EndsInSecondsAndHandsBackWhatWasRead(bool isAsync, bool aSinkIsSlow)
    {
        await Task.WhenAll(DisposableEnd.Kinds.Where(kind => kind != DisposableEnd.FileStream).Select(async kind =>
        {
            using DisposableEnd source = new(kind, TransferSide.Source, PathOf($"{kind}{isAsync}"));
            using Pipe quick = new(1 << 20);
            using Pipe slow = new(1 << 20);
            _ = aSinkIsSlow ? slow.Full() : slow;
            TransferCounters counters = new();
            Task<FanOutResult> fanOut = Started(isAsync, source.Endpoint, [quick.WriteHandle, slow.WriteHandle], new() { Counters = counters });
            source.Peer!.Write(_sent, 0, 1000);
            Eventually(() => counters.BytesWritten == (aSinkIsSlow ? 1000 : 2000), "it waits");
            await Task.Yield();
            await InBackground(source.Owner.Dispose).WaitAsync(Patience);
            FanOutResult result = await MustEnd(fanOut, _sent);
            result.SourceError.Should().Be(Errno.EBADF, kind);
            MustBeWhole(result.Sinks[0], 1000);
            result.Sinks[1].Error.Should().BeNull();
            result.Sinks[1].Undelivered.Length.Should().Be(aSinkIsSlow ? 1000 : 0);
        }));
    }

    /// <summary>The wait for a source that has to be waited for before it is read goes on, and can still be ended.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FanOutAsync_SinkIsDisposedWhileABlockingSourceIsWaitedFor_NoThreadIsStuckInIt(bool thenEnds)
    {
        SafeFileHandle master = Own(Native.Open("/dev/ptmx", Native.O_RDWR | Native.O_NOCTTY));
        SafeFileHandle terminal = Own(Native.Open(Native.UnlockedTerminalOf(master), Native.O_RDWR | Native.O_NOCTTY));
        Pipe[] sinks = [NewPipe(), NewPipe()];
        TransferCounters counters = new();
        using CancellationTokenSource cancellation = new();
        Task<FanOutResult> fanOut =
            Transfer.FanOutAsync(master, [sinks[0].WriteHandle, sinks[1].WriteHandle], new() { Counters = counters, Length = 10 }, cancellation.Token);
        Native.Write(terminal, "hello"u8);
        Eventually(() => counters.BytesWritten == 10, "only then is the source waited for");
        sinks[0].WriteHandle.Dispose();
        MustGoOnFor(TimeSpan.FromMilliseconds(600), fanOut);
        FanOutResult result;
        if (thenEnds)
        {
            Native.Write(terminal, "world"u8);
            result = await MustEnd(fanOut, "helloworld"u8.ToArray());
        }
        else
        {
            await cancellation.CancelAsync();
            result = await MustBeCanceled(fanOut, cancellation.Token, "hello"u8.ToArray());
        }

        MustBeDetached(result.Sinks[0], Errno.EBADF);
        MustBeWhole(result.Sinks[1], thenEnds ? 10 : 5);
    }

    [Fact]
    public async Task FanOutAsync_SocketsAreDroppedByTheirOwner_LiveAsLongAsItDoes()
    {
        using SocketPair source = SocketPair.Tcp();
        using SocketPair sink = SocketPair.Tcp();
        Task<FanOutResult> fanOut = StartOnSocketsOfItsOwn(source, sink, out WeakReference<Socket>[] dropped);
        for (int i = 0; i < 5; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        source.Far.Send(_sent, 1000, SocketFlags.None);
        sink.Far.ReceiveExactly(2000);
        source.Far.Shutdown(SocketShutdown.Send);
        await MustEnd(fanOut, _sent);
        foreach (WeakReference<Socket> reference in dropped)
        {
            reference.TryGetTarget(out Socket? socket).Should().BeTrue();
            socket!.Dispose();
        }
    }

    /// <summary>Whatever comes first of them, it ends, each sink has a prefix of the bytes, and what it lacks of those that were read is handed back.</summary>
    [Fact]
    public async Task FanOutAsync_DisposedCancelledResetAndCompletedAtOnce_EndsWithEveryByteAccountedFor()
    {
        int rounds = Shell.IsContinuousIntegration ? 3000 : 300;
        for (int seed = 0; seed < rounds; seed++)
        {
            await MustSurvive(new Random(seed)).WaitAsync(Patience);
        }
    }

    private static async Task MustSurvive(Random random)
    {
        using SocketPair source = SocketPair.Tcp();
        using SocketPair reset = SocketPair.Tcp();
        using Pipe disposed = new();
        using Pipe kept = new(1 << 20);
        using CancellationTokenSource cancellation = new();
        Task<FanOutResult> fanOut = Transfer.FanOutAsync(source.Near, [reset.Near, disposed.WriteHandle, kept.WriteHandle], null, cancellation.Token);
        Action[] actions =
        [
            () => source.Far.Send(_sent, 0, 20_000, SocketFlags.None, out _),
            () => source.Far.Shutdown(SocketShutdown.Send),
            () => source.Near.Dispose(),
            source.ResetFromFar,
            cancellation.Cancel,
            reset.ResetFromFar,
            disposed.WriteHandle.Dispose,
            disposed.ReadHandle.Dispose,
        ];
        source.Far.Send(_sent, 0, 1000, SocketFlags.None);
        random.Shuffle(actions);
        Task[] racing = [.. actions[..random.Next(1, actions.Length)].Append(cancellation.Cancel).Select(action => InBackground(() => Quietly(action)))];
        await Task.WhenAll(racing);
        FanOutResult result;
        try
        {
            result = await fanOut;
        }
        catch (TransferCanceledException e)
        {
            result = e.FanOut!;
        }

        result.MustAccountFor([.. _sent[..1000], .. _sent[..20_000]]);
        byte[] arrived = kept.BytesAvailable > 0 ? kept.Read() : [];
        arrived.Length.Should().Be((int)result.Sinks[2].BytesDelivered);
    }

    /// <summary>Whoever comes late finds it disposed.</summary>
    private static void Quietly(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // Another one was faster.
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Task<FanOutResult> StartOnSocketsOfItsOwn(SocketPair source, SocketPair sink, out WeakReference<Socket>[] dropped)
    {
        Socket from = new(Native.DuplicateSocket(source.Near.SafeHandle));
        Socket to = new(Native.DuplicateSocket(sink.Near.SafeHandle));
        dropped = [new(from), new(to)];
        return Transfer.FanOutAsync(from, [to, sink.Near]);
    }
}
