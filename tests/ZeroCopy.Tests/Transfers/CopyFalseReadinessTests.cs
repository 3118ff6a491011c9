using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>What the kernel calls ready, and is not, time after time: a copy does not ask again and again without end.</summary>
public sealed class CopyFalseReadinessTests : CopyTest
{
    private const int SOL_SOCKET = 1;
    private const int SO_TIMESTAMPING = 37;
    private const int SOF_TIMESTAMPING_TX_SOFTWARE = 2;
    private const int SOF_TIMESTAMPING_SOFTWARE = 16;

    /// <summary>Some in a row and then a few in a second: a copy that asks without end does so many thousand times.</summary>
    private const int MostWaits = 500;

    /// <summary>Nobody reads what the master writes any more, but it is called writable all the same.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CopyAsync_ToTheMasterOfAClosedTerminal_UsesNoProcessorAndCanBeCancelled(bool isClosedBefore)
    {
        byte[] bytes = Bytes.Random(1 << 20);
        (SafeFileHandle master, SafeFileHandle terminal) = Terminal();
        if (isClosedBefore)
        {
            terminal.Dispose();
        }

        using CancellationTokenSource cancellation = new();
        TransferCounters counters = new();
        Task<CopyResult> copy = Transfer.CopyAsync(FileOf(bytes), master, new() { Counters = counters }, cancellation.Token).AsTask();
        Eventually(() => counters.BytesRead > counters.BytesWritten, "it gets as far as it can");
        MustRest(copy);
        terminal.Dispose();
        MustRest(copy);
        await cancellation.CancelAsync();
        TransferCanceledException cancelled = await MustBeCanceled(copy, cancellation.Token);
        cancelled.MustAccountFor(bytes).BytesRead.Should().Be(counters.BytesRead);
        cancelled.BytesWritten.Should().Be(counters.BytesWritten);
    }

    [Fact]
    public async Task Copy_ToTheMasterOfAClosedTerminal_UsesNoProcessorUntilItIsDisposed()
    {
        (SafeFileHandle master, SafeFileHandle terminal) = Terminal();
        terminal.Dispose();
        byte[] bytes = Bytes.Random(1 << 20);
        TransferCounters counters = new();
        Task<CopyResult> copy = Started(isAsync: false, FileOf(bytes), master, new() { Counters = counters });
        Eventually(() => counters.BytesRead > counters.BytesWritten, "it gets as far as it can");
        MustRest(copy);
        master.Dispose();
        (await MustFailAsDisposed(copy, TransferSide.Destination)).MustAccountFor(bytes);
    }

    /// <summary>A time stamp of what was sent is an error to poll and epoll, which stays there until somebody asks for it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_FromASocketWithAnErrorThatNobodyTakes_UsesNoProcessorUntilBytesCome(bool isAsync)
    {
        SocketPair source = SocketsWithAnError();
        SafeFileHandle destination = FileOf([]);
        TransferCounters counters = new();
        Task<CopyResult> copy = Started(isAsync, source.Near, destination, new() { Counters = counters });
        MustRest(copy);
        source.Far.Send("hello"u8).Should().Be(5);
        Eventually(() => counters.BytesWritten == 5, "later bytes are copied");
        MustRest(copy);
        source.Far.Send("hello"u8).Should().Be(5);
        source.Far.Shutdown(SocketShutdown.Send);
        CopyResult result = await copy.WaitAsync(Patience);
        result.BytesCopied.Should().Be(10);
        result.Statistics.SourceWaits.Should().BeLessThan(MostWaits);
        ContentOf(destination).Should().Equal("hellohello"u8.ToArray());
    }

    [Fact]
    public async Task CopyAsync_FromASocketWithAnErrorThatNobodyTakes_CanBeCancelled()
    {
        SocketPair source = SocketsWithAnError();
        using CancellationTokenSource cancellation = new();
        Task<CopyResult> copy = Transfer.CopyAsync(source.Near, NewPipe().WriteHandle, null, cancellation.Token).AsTask();
        MustRest(copy);
        await cancellation.CancelAsync();
        (await MustBeCanceled(copy, cancellation.Token)).BytesRead.Should().Be(0);
        source.Far.Send("hello"u8).Should().Be(5);
        source.Near.Receive(new byte[10]).Should().Be(5, "the socket is as it was");
    }

    private (SafeFileHandle Master, SafeFileHandle Terminal) Terminal()
    {
        (SafeFileHandle master, SafeFileHandle terminal) = Native.RawTerminal();
        Native.SetStatusFlags(Own(master), Native.StatusFlags(master) | Native.O_NONBLOCK);
        return (master, Own(terminal));
    }

    private SocketPair SocketsWithAnError()
    {
        SocketPair sockets = NewSockets();
        sockets.Near.SetRawSocketOption(SOL_SOCKET, SO_TIMESTAMPING, BitConverter.GetBytes(SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE));
        sockets.Near.Send("x"u8).Should().Be(1);
        sockets.Near.Poll(Patience, SelectMode.SelectError).Should().BeTrue("the time stamp is there");
        sockets.Far.Receive(new byte[1]).Should().Be(1);
        return sockets;
    }
}
