using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>Many fan-outs at once, and others beside them.</summary>
public sealed class FanOutFairnessTests : FanOutTest
{
    private const int Many = 500;

    private static readonly byte[] _sent = Bytes.Random(100_000);

    [Fact]
    public async Task FanOutAsync_ManyAtOnce_HoldNoPipeWhileTheyWaitAndAllArrives()
    {
        using MeterReader meter = new();
        List<(Pipe Source, Pipe[] Sinks, Task<FanOutResult> FanOut)> all = [];
        for (int i = 0; i < Many; i++)
        {
            Pipe source = NewPipe();
            Pipe[] sinks = [NewPipe(), NewPipe()];
            all.Add((source, sinks, Transfer.FanOutAsync(source.ReadHandle, [sinks[0].WriteHandle, sinks[1].WriteHandle])));
        }

        for (int round = 0; round < 3; round++)
        {
            all.ForEach(one => one.Source.Write(_sent[..5000]));
            all.ForEach(one => Array.ForEach(one.Sinks, sink =>
            {
                Eventually(() => sink.BytesAvailable == 5000, "they arrive");
                sink.Read().MustBe(_sent.AsSpan(0, 5000));
            }));
        }

        Eventually(() => meter.Rented == 0, "who waits gives its pipes back");
        MustRest(Task.WhenAny(all.Select(one => one.FanOut)));
        all.ForEach(one => one.Source.WriteHandle.Dispose());
        foreach ((_, _, Task<FanOutResult> fanOut) in all)
        {
            FanOutResult result = await MustEnd(fanOut, [.. _sent[..5000], .. _sent[..5000], .. _sent[..5000]]);
            Array.ForEach([.. result.Sinks], sink => MustBeWhole(sink, 15_000));
        }

        meter.Changes().Where(change => change.Key.EndsWith("dirty", StringComparison.Ordinal)).Should().OnlyContain(change => change.Value == 0);
    }

    /// <summary>One whose sinks all take what they get does not keep the others of its loop from theirs.</summary>
    [Fact]
    public async Task FanOutAsync_OneMovesAllTheTime_OthersAreServed()
    {
        using CancellationTokenSource cancellation = new();
        SocketPair busy = NewSockets();
        SafeFileHandle sink = Own(Native.Open("/dev/null", Native.O_WRONLY));
        SocketPair[] drains = [.. Enumerable.Range(0, 8).Select(_ => NewSockets(unix: true))];
        Task[] peers = [InBackground(() => SendUntilItFails(busy.Far)), .. drains.Select(drain => InBackground(() => Digest.OfRest(new NetworkStream(drain.Far), seed: 1)))];
        Task<FanOutResult> endless = Transfer.FanOutAsync(busy.Near, [sink, .. drains.Select(drain => (TransferEndpoint)drain.Near)], null, cancellation.Token);
        for (int i = 0; i < 50; i++)
        {
            SocketPair source = NewSockets();
            SocketPair[] sinks = [NewSockets(), NewSockets()];
            Task<FanOutResult> fanOut = Transfer.FanOutAsync(source.Near, [sinks[0].Near, sinks[1].Near]);
            for (int message = 0; message < 5; message++)
            {
                source.Far.Send([(byte)message]);
                Array.ForEach(sinks, one => one.Far.ReceiveExactly(1).Should().Equal((byte)message));
            }

            source.Far.Dispose();
            await MustEnd(fanOut, [0, 1, 2, 3, 4]);
        }

        endless.IsCompleted.Should().BeFalse();
        await cancellation.CancelAsync();
        await FluentActions.Awaiting(() => endless.WaitAsync(Patience)).Should().ThrowAsync<TransferCanceledException>();
        busy.Near.Dispose();
        Array.ForEach(drains, drain => drain.Near.Dispose());
        await Task.WhenAll(peers).WaitAsync(Patience);
    }

    [Fact]
    public async Task FanOutAsync_UsersCode_NeverRunsOnALoop()
    {
        using ThreadLogger logger = new();
        ConcurrentBag<string?> continued = [];
        List<Task> over = [];
        for (int i = 0; i < 50; i++)
        {
            Pipe source = NewPipe();
            Pipe[] sinks = [NewPipe(), NewPipe()];
            Task<FanOutResult> fanOut =
                Transfer.FanOutAsync(source.ReadHandle, [sinks[0].WriteHandle, sinks[1].WriteHandle], new() { LoggerFactory = logger });
            over.Add(fanOut.ContinueWith(
                _ => continued.Add(Thread.CurrentThread.Name), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default));
            source.Write("hello");
            Eventually(() => Array.TrueForAll(sinks, sink => sink.BytesAvailable == 5), "it waits now, on a loop");
            source.WriteHandle.Dispose();
        }

        await Task.WhenAll(over).WaitAsync(Patience);
        logger.Threads.Should().HaveCount(50);
        string?[] all = [.. continued, .. logger.Threads];
        all.Should().NotContain(name => name != null && name.StartsWith("ZeroCopy", StringComparison.Ordinal));
    }

    private static void SendUntilItFails(Socket socket)
    {
        SocketError error;
        do
        {
            socket.Send(_sent, SocketFlags.None, out error);
        }
        while (error == SocketError.Success);
    }

    /// <summary>Notes on which threads it is called.</summary>
    private sealed class ThreadLogger : ILoggerFactory, ILogger
    {
        public ConcurrentBag<string?> Threads { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Threads.Add(Thread.CurrentThread.Name);

        public void Dispose()
        {
        }
    }
}
