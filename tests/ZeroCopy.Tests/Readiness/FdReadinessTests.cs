using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Readiness;

public sealed class FdReadinessTests : KernelTest
{
    [Fact]
    public async Task WaitReadable_EmptyPipe_CompletesWithTheFirstByte()
    {
        Pipe pipe = NewPipe();
        ValueTask wait = FdReadiness.WaitReadableAsync(pipe.ReadHandle);
        wait.IsCompleted.Should().BeFalse();
        pipe.Write("x");
        await wait.AsTask().WaitAsync(Patience);
    }

    [Fact]
    public async Task WaitReadable_PipeWithBytes_CompletesAgainAndAgain()
    {
        Pipe pipe = NewPipe();
        pipe.Write("x");
        for (int i = 0; i < 100; i++)
        {
            await FdReadiness.WaitReadableAsync(pipe.ReadHandle).AsTask().WaitAsync(Patience);
        }
    }

    [Fact]
    public async Task WaitReadable_WriterGoes_Completes()
    {
        Pipe pipe = NewPipe();
        ValueTask wait = FdReadiness.WaitReadableAsync(pipe.ReadHandle);
        pipe.WriteHandle.Dispose();
        await wait.AsTask().WaitAsync(Patience);
        new SpliceCall(pipe.ReadHandle, NewPipe().WriteHandle).MustReturnZero();
    }

    [Fact]
    public async Task WaitWritable_FullPipe_CompletesWhenASlotIsFree()
    {
        Pipe pipe = NewPipe().Full();
        ValueTask wait = FdReadiness.WaitWritableAsync(pipe.WriteHandle);
        pipe.Read(Environment.SystemPageSize - 1);
        wait.IsCompleted.Should().BeFalse("the first slot still has a byte");
        pipe.Read(1);
        await wait.AsTask().WaitAsync(Patience);
    }

    [Fact]
    public async Task WaitWritable_ReaderGoes_Completes()
    {
        Pipe pipe = NewPipe().Full();
        ValueTask wait = FdReadiness.WaitWritableAsync(pipe.WriteHandle);
        pipe.ReadHandle.Dispose();
        await wait.AsTask().WaitAsync(Patience);
    }

    [Fact]
    public async Task BothDirections_OfOneSocket_CompleteEachForItself()
    {
        // Not TCP, whose peer takes more as its buffer grows.
        SocketPair sockets = Own(SocketPair.Unix(PathOf("socket")));
        sockets.Near.Blocking = false;
        Fill(sockets.Near);
        ValueTask readable = FdReadiness.WaitReadableAsync(sockets.Near.SafeHandle);
        Task writable = FdReadiness.WaitWritableAsync(sockets.Near.SafeHandle).AsTask();
        sockets.Far.Send("x"u8);
        await readable.AsTask().WaitAsync(Patience);
        writable.IsCompleted.Should().BeFalse();
        Drain(sockets.Far);
        await writable.WaitAsync(Patience);
    }

    [Fact]
    public async Task WaitReadable_ManyForOneDescriptor_AllComplete()
    {
        Pipe pipe = NewPipe();
        Task[] waits = [.. Enumerable.Range(0, 50).Select(_ => FdReadiness.WaitReadableAsync(pipe.ReadHandle).AsTask())];
        pipe.Write("x");
        await Task.WhenAll(waits).WaitAsync(Patience);
    }

    [Fact]
    public async Task WaitReadable_PeerResets_Completes()
    {
        SocketPair sockets = Own(SocketPair.Tcp());
        ValueTask wait = FdReadiness.WaitReadableAsync(sockets.Near.SafeHandle);
        sockets.ResetFromFar();
        await wait.AsTask().WaitAsync(Patience);
    }

    [Fact]
    public void Wait_WhatEpollDoesNotTake_IsReadyAtOnce()
    {
        using SafeFileHandle file = File.OpenHandle(PathOf("file"), FileMode.Create, FileAccess.ReadWrite);
        FdReadiness.WaitReadableAsync(file).IsCompletedSuccessfully.Should().BeTrue();
        FdReadiness.WaitWritableAsync(file).IsCompletedSuccessfully.Should().BeTrue();
    }

    [Fact]
    public async Task Wait_Cancelled_OperationCanceledExceptionAndNothingIsLost()
    {
        Pipe pipe = NewPipe();
        using CancellationTokenSource source = new();
        Task wait = FdReadiness.WaitReadableAsync(pipe.ReadHandle, source.Token).AsTask();
        await source.CancelAsync();
        OperationCanceledException thrown = (await FluentActions.Awaiting(() => wait.WaitAsync(Patience)).Should().ThrowAsync<OperationCanceledException>()).Which;
        thrown.CancellationToken.Should().Be(source.Token);
        wait.IsCanceled.Should().BeTrue();
        FdReadiness.WaitReadableAsync(pipe.ReadHandle, source.Token).IsCanceled.Should().BeTrue("it is cancelled already");

        Task next = FdReadiness.WaitReadableAsync(pipe.ReadHandle).AsTask();
        pipe.Write("x");
        await next.WaitAsync(Patience);
    }

    [Fact]
    public async Task Wait_HandleDisposedMeanwhile_ObjectDisposedException()
    {
        Pipe pipe = NewPipe();
        SocketPair sockets = Own(SocketPair.Tcp());
        Task pipeWait = FdReadiness.WaitReadableAsync(pipe.ReadHandle).AsTask();
        Task socketWait = FdReadiness.WaitReadableAsync(sockets.Near.SafeHandle).AsTask();
        pipe.ReadHandle.Dispose();
        InTime(() =>
        {
            sockets.Near.Dispose();
            return true;
        });
        await FluentActions.Awaiting(() => pipeWait.WaitAsync(Patience)).Should().ThrowAsync<ObjectDisposedException>();
        await FluentActions.Awaiting(() => socketWait.WaitAsync(Patience)).Should().ThrowAsync<ObjectDisposedException>();
        InTime(() => sockets.Far.Receive(new byte[1])).Should().Be(0, "no reference was held: the peer sees an end, not a reset");
    }

    [Fact]
    public async Task Wait_NumberUsedAgainByAnotherDescriptor_WakesTheRightOne()
    {
        Pipe first = NewPipe();
        (Task orphan, Pipe second) = DisposeWhileWaitedForAndUseItsNumberAgain(first);
        Task wait = FdReadiness.WaitReadableAsync(second.ReadHandle).AsTask();
        await FluentActions.Awaiting(() => orphan.WaitAsync(Patience)).Should().ThrowAsync<ObjectDisposedException>();
        wait.IsCompleted.Should().BeFalse();
        second.Write("x");
        await wait.WaitAsync(Patience);
    }

    [Fact]
    public async Task Wait_NumberUsedAgainWhileTheOldPipeLivesOn_EventsOfTheOldWakeNobody()
    {
        Pipe first = NewPipe();
        using SafeFileHandle copy = Native.Duplicate(first.ReadHandle);
        (Task orphan, Pipe second) = DisposeWhileWaitedForAndUseItsNumberAgain(first);
        Task wait = FdReadiness.WaitReadableAsync(second.ReadHandle).AsTask();
        first.Write("x");
        await FluentActions.Awaiting(() => orphan.WaitAsync(Patience)).Should().ThrowAsync<ObjectDisposedException>();

        // In the same loop, so that the event of the old pipe, which came first, has been seen when this one has.
        Pipe third = NewPipe();
        third.Write("x");
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => FdReadiness.WaitReadableAsync(third.ReadHandle).AsTask())).WaitAsync(Patience);
        wait.IsCompleted.Should().BeFalse();
        second.Write("x");
        await wait.WaitAsync(Patience);
    }

    [Fact]
    public async Task Wait_BadHandles_ThrowOrFail()
    {
        FluentActions.Invoking(() => FdReadiness.WaitReadableAsync(null!)).Should().Throw<ArgumentNullException>().WithParameterName("fd");
        Pipe disposed = NewPipe();
        disposed.Dispose();
        FluentActions.Invoking(() => FdReadiness.WaitWritableAsync(disposed.WriteHandle)).Should().Throw<ObjectDisposedException>();
        using SafeFileHandle foreign = new(-1, ownsHandle: false);
        (await FluentActions.Awaiting(() => FdReadiness.WaitReadableAsync(foreign).AsTask()).Should().ThrowAsync<ErrnoException>())
            .Which.Errno.Should().Be(Errno.EBADF);
    }

    [Fact]
    public async Task Wait_AwaitedTwice_InvalidOperationExceptionAndNoHarm()
    {
        Pipe pipe = NewPipe();
        pipe.Write("x");
        ValueTask wait = FdReadiness.WaitReadableAsync(pipe.ReadHandle);
        await wait.AsTask().WaitAsync(Patience);
        FluentActions.Invoking(() => wait.GetAwaiter().GetResult()).Should().Throw<InvalidOperationException>();
        ValueTask pending = FdReadiness.WaitReadableAsync(NewPipe().ReadHandle);
        FluentActions.Invoking(() => pending.GetAwaiter().GetResult()).Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public async Task Wait_OneAfterTheOther_AllocatesNothing()
    {
        const int Rounds = 10_000;
        const int Times = 4;
        Pipe there = NewPipe();
        Pipe back = NewPipe();
        using CancellationTokenSource source = new();
        Task echo = EchoAsync(there, back, Times * Rounds, source.Token);
        await PingAsync(there, back, Rounds, source.Token).WaitAsync(Patience);
        long allocated = long.MaxValue;
        for (int i = 1; i < Times; i++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            await PingAsync(there, back, Rounds, source.Token).WaitAsync(Patience);
            allocated = Math.Min(allocated, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        await echo.WaitAsync(Patience);

        // Two waits a round. What is left is the runtime's own and the test's, now and then.
        const int SmallestObject = 24;
        allocated.Should().BeLessThan(Rounds * SmallestObject / 4);
    }

    [Fact]
    public async Task Wait_CancelledAndCompletedAtOnce_EachEndsOnce()
    {
        Pipe pipe = NewPipe();
        for (int i = 0; i < 2_000; i++)
        {
            using CancellationTokenSource source = new();
            Task wait = FdReadiness.WaitReadableAsync(pipe.ReadHandle, source.Token).AsTask();
            Task cancel = Task.Run(source.Cancel);
            pipe.Write("x");
            await Task.WhenAny(wait).WaitAsync(Patience);
            wait.IsFaulted.Should().BeFalse();
            await cancel;
            pipe.Read(1);
        }
    }

    [Fact]
    public void Wait_NothingHappens_NoProcessorTime()
    {
        string[] said = Child.Run("wait").Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        said[0].Should().Be("parked");
        TimeSpan.Parse(said[1], System.Globalization.CultureInfo.InvariantCulture).Should().BeLessThan(TimeSpan.FromMilliseconds(50), "it is a tenth");
    }

    private static async Task PingAsync(Pipe there, Pipe back, int rounds, CancellationToken token)
    {
        byte[] one = [1];
        for (int i = 0; i < rounds; i++)
        {
            Native.Write(there.WriteHandle, one);
            await FdReadiness.WaitReadableAsync(back.ReadHandle, token);
            Native.Read(back.ReadHandle, one);
        }
    }

    private static async Task EchoAsync(Pipe there, Pipe back, int rounds, CancellationToken token)
    {
        byte[] one = [1];
        for (int i = 0; i < rounds; i++)
        {
            await FdReadiness.WaitReadableAsync(there.ReadHandle, token);
            Native.Read(there.ReadHandle, one);
            Native.Write(back.WriteHandle, one);
        }
    }

    private static void Fill(Socket socket)
    {
        byte[] bytes = new byte[64 * 1024];
        while (socket.Poll(0, SelectMode.SelectWrite))
        {
            socket.Send(bytes, SocketFlags.None, out _);
        }
    }

    private static void Drain(Socket socket)
    {
        byte[] bytes = new byte[64 * 1024];
        while (socket.Poll(TimeSpan.FromMilliseconds(50), SelectMode.SelectRead))
        {
            socket.Receive(bytes);
        }
    }

    private (Task Orphan, Pipe Second) DisposeWhileWaitedForAndUseItsNumberAgain(Pipe first)
    {
        nint number = first.ReadHandle.DangerousGetHandle();
        Task orphan = FdReadiness.WaitReadableAsync(first.ReadHandle).AsTask();
        first.ReadHandle.Dispose();
        Pipe second = NewPipe();
        second.ReadHandle.DangerousGetHandle().Should().Be(number, "the lowest free number is taken");
        return (orphan, second);
    }
}
