using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>What a copy that waits keeps alive, and what it does not mistake for its own.</summary>
public sealed class CopyLifetimeTests : CopyTest
{
    private static readonly byte[] _sent = Bytes.Random(1000);

    /// <summary>A socket that nobody refers to is closed when it is collected.</summary>
    [Fact]
    public void CopyAsync_NobodyElseRefersToSocketsAndTask_GoesOnAndLeavesThemToTheCollector()
    {
        (Socket source, Socket sink, WeakReference near) = StartAndForget();
        for (int i = 0; i < 3; i++)
        {
            Collect();
            source.Send(_sent);
            sink.ReceiveExactly(_sent.Length).MustBe(_sent);
        }

        near.IsAlive.Should().BeTrue();
        source.Shutdown(SocketShutdown.Send);
        Eventually(() => !IsAliveAfterCollecting(near), "the copy is over, and keeps nothing");
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Copy_NumberUsedAgainWhileItIsWaitedFor_TheOtherDescriptorIsLeftAlone(bool isAsync, bool isSource)
    {
        Pipe first = isSource ? NewPipe() : NewPipe().Full();
        SocketPair other = NewSockets();
        other.Far.Send(_sent);
        TransferCounters counters = new();
        CopyOptions options = new() { Prefix = isSource ? _sent : default, Counters = counters };
        Task<CopyResult> copy = isSource
            ? Started(isAsync, first.ReadHandle, other.Near, options)
            : Started(isAsync, other.Near, first.WriteHandle, options);
        Eventually(() => (isSource ? counters.BytesWritten : counters.BytesRead) == _sent.Length, "only then is it waited for");
        Pipe second = PipeOf("others");
        SafeFileHandle waitedFor = isSource ? first.ReadHandle : first.WriteHandle;
        nint number = waitedFor.DangerousGetHandle();
        waitedFor.Dispose();
        using SafeFileHandle reused = Native.Duplicate(isSource ? second.ReadHandle : second.WriteHandle);
        reused.DangerousGetHandle().Should().Be(number, "the lowest free number is taken");
        await MustFailAsDisposed(copy, isSource ? TransferSide.Source : TransferSide.Destination);
        second.ReadText().Should().Be("others");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_PoolIsDisposedWhileTheSourceIsWaitedFor_FailsAndNothingIsLost(bool isAsync)
    {
        byte[] sent = Bytes.Random(50_000); // A small message would need no pipe.
        using PipePool pool = new();
        SocketPair source = NewSockets();
        SocketPair sink = NewSockets();
        TransferCounters counters = new();
        Task<CopyResult> copy = Started(isAsync, source.Near, sink.Near, new CopyOptions { Pool = pool, Counters = counters });
        source.Far.Send(sent);
        sink.Far.ReceiveExactly(sent.Length).MustBe(sent);
        pool.Dispose();
        source.Far.Send(sent);
        source.Far.Shutdown(SocketShutdown.Send);
        TransferException failed = (await FluentActions.Awaiting(() => copy.WaitAsync(Patience)).Should().ThrowAsync<TransferException>()).Which;
        failed.InnerException.Should().BeOfType<ObjectDisposedException>().Which.ObjectName.Should().Contain(nameof(PipePool));
        failed.MustAccountFor([.. sent, .. sent]);
        failed.Resume.Pool = null;
        (await Started(isAsync, source.Near, sink.Near, failed.Resume).WaitAsync(Patience)).BytesCopied.Should().Be(sent.Length);
        sink.Far.ReceiveExactly(sent.Length).MustBe(sent);
    }

    [Fact]
    public async Task CopyAsync_PoolIsDisposedWhileItsPipeIsFull_WhatIsInThePipeArrives()
    {
        using PipePool pool = new();
        Pipe source = NewPipe();
        source.Write(_sent);
        source.WriteHandle.Dispose();
        Pipe sink = NewPipe().Full();
        Task<CopyResult> copy = Started(isAsync: true, source.ReadHandle, sink.WriteHandle, new CopyOptions { Pool = pool });
        pool.Dispose();
        sink.Read(sink.Capacity);
        await Task.WhenAny(copy).WaitAsync(Patience);
        sink.Read().MustBe(_sent);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private (Socket Source, Socket Sink, WeakReference Near) StartAndForget()
    {
        SocketPair source = SocketPair.Tcp();
        SocketPair sink = SocketPair.Tcp();
        _ = Transfer.CopyAsync(source.Near, sink.Near).AsTask();
        return (Own(source.Far), Own(sink.Far), new WeakReference(sink.Near));
    }

    private static bool IsAliveAfterCollecting(WeakReference reference)
    {
        Collect();
        return reference.IsAlive;
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }
}
