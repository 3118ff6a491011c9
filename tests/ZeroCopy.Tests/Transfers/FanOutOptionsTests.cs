using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>What a fan-out is told, it does, and what it tells is so.</summary>
public sealed class FanOutOptionsTests : FanOutTest
{
    private static readonly byte[] _sent = Bytes.Random(1_000_000);

    [Theory]
    [InlineData(0L, 0, false)]
    [InlineData(0L, 0, true)]
    [InlineData(4L, 4, false)]
    [InlineData(4L, 4, true)]
    [InlineData(11L, 10, true)]
    [InlineData(long.MaxValue, 10, false)]
    [InlineData(null, 10, true)]
    public void Length_AnyNumber_ThatManyOrWhatThereIs(long? length, int copied, bool isAsync)
    {
        byte[] bytes = "0123456789"u8.ToArray();
        Pipe source = PipeOf("0123456789");
        source.WriteHandle.Dispose();
        SocketPair sockets = NewSockets();
        sockets.Far.Send(bytes);
        sockets.Far.Shutdown(SocketShutdown.Send);
        SafeFileHandle file = FileOf(bytes);
        foreach (TransferEndpoint endpoint in (TransferEndpoint[])[source.ReadHandle, sockets.Near, file])
        {
            SafeFileHandle[] sinks = [FileOf([]), FileOf([])];
            FanOut(isAsync, endpoint, [sinks[0], sinks[1]], new() { Length = length, Prefix = "ab"u8.ToArray() }).BytesRead.Should().Be(copied);
            Array.ForEach(sinks, sink => ContentOf(sink).Should().Equal([.. "ab"u8, .. bytes[..copied]]));
        }

        source.BytesAvailable.Should().Be(10 - copied);
        sockets.Near.Available.Should().Be(10 - copied);
        Native.Position(file).Should().Be(copied);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void SourceOffset_OfAFile_ItsPositionStays(bool isAsync)
    {
        SafeFileHandle source = FileOf(_sent);
        Native.Seek(source, 7);
        SafeFileHandle[] sinks = [FileOf([]), FileOf([])];
        FanOut(isAsync, source, [sinks[0], sinks[1]], new() { SourceOffset = 1000 }).BytesRead.Should().Be(_sent.Length - 1000);
        Native.Position(source).Should().Be(7);
        Array.ForEach(sinks, sink => ContentOf(sink).MustBe(_sent.AsSpan(1000)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void FanOut_FileStreams_ArePositionedBehindWhatWasMoved(bool isAsync)
    {
        using FileStream source = new(NewPath(), FileMode.CreateNew, FileAccess.ReadWrite);
        source.Write(_sent);
        source.Position = 10;
        using FileStream first = new(NewPath(), FileMode.CreateNew, FileAccess.ReadWrite);
        first.Write("first"u8);
        using FileStream second = new(NewPath(), FileMode.CreateNew, FileAccess.ReadWrite);
        FanOut(isAsync, source, [first, second], new() { Length = 5000 });
        source.Position.Should().Be(5010);
        first.Position.Should().Be(5005);
        second.Position.Should().Be(5000);
        first.Write("x"u8);
        first.Length.Should().Be(5006);
    }

    /// <summary>Longer than a pipe holds, to sinks that get it from memory and through a pipe.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(300_000, false)]
    [InlineData(300_000, true)]
    public async Task Prefix_AnyLength_ComesFirstAtEachSink(int length, bool isAsync)
    {
        byte[] prefix = Bytes.Random(length);
        SocketPair source = NewSockets();
        SocketPair socket = NewSockets();
        Pipe pipe = NewPipe();
        SafeFileHandle file = FileOf([]);
        await using FileStream peer = new(pipe.ReadHandle, FileAccess.Read, bufferSize: 0);
        Task<byte[]> inPipe = Reading(peer, most: length + 1000);
        Task<byte[]> inSocket = Reading(new NetworkStream(socket.Far), most: length + 1000);
        source.Far.Send(_sent, 1000, SocketFlags.None);
        source.Far.Shutdown(SocketShutdown.Send);
        TransferCounters counters = new();
        FanOutResult result = await MustEnd(
            Started(isAsync, source.Near, [socket.Near, pipe.WriteHandle, file], new() { Prefix = prefix, Counters = counters }), _sent, prefix);
        result.BytesRead.Should().Be(1000);
        Array.ForEach([.. result.Sinks], sink => MustBeWhole(sink, length + 1000));
        byte[] expected = [.. prefix, .. _sent[..1000]];
        (await inPipe.WaitAsync(Patience)).MustBe(expected);
        (await inSocket.WaitAsync(Patience)).MustBe(expected);
        ContentOf(file).MustBe(expected);
        counters.BytesRead.Should().Be(1000);
        counters.BytesWritten.Should().Be(3 * (length + 1000));
        result.Sinks.Should().OnlyContain(sink => sink.Path == TransferPath.Splice && sink.FallbackErrno == Errno.None, "a prefix is no byte of the source");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Snapshot_TheFileChangesAfterwards_NotWhatWasSent(bool isAsync)
    {
        byte[] bytes = Bytes.Random(8192);
        SafeFileHandle source = FileOf(bytes);
        Pipe[] sinks = [NewPipe(), NewPipe()];
        FanOutResult result = FanOut(isAsync, source, [sinks[0].WriteHandle, sinks[1].WriteHandle], new() { Snapshot = true });
        RandomAccess.Write(source, new byte[8192], 0);
        Array.ForEach(sinks, sink => sink.Read().MustBe(bytes));
        result.Sinks.Should().OnlyContain(sink => sink.Path.HasFlag(TransferPath.ReadWrite));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Path_MixedSinks_EachHasItsOwn(bool isAsync)
    {
        SocketPair source = NewSockets();
        source.Far.Send(_sent, 10_000, SocketFlags.None);
        source.Far.Shutdown(SocketShutdown.Send);
        Pipe pipe = NewPipe();
        string path = NewPath();
        SafeFileHandle appending = Own(Native.Open(path, Native.O_WRONLY | Native.O_CREAT | Native.O_APPEND));
        SafeFileHandle file = FileOf([]);
        FanOutResult result = FanOut(isAsync, source.Near, [pipe.WriteHandle, appending, file]);
        result.Sinks.Select(sink => sink.Path).Should().Equal(TransferPath.Splice, TransferPath.Splice | TransferPath.ReadWrite, TransferPath.Splice);
        result.Sinks.Select(sink => sink.FallbackErrno).Should().Equal(Errno.None, Errno.EINVAL, Errno.None);
        File.ReadAllBytes(path).MustBe(_sent.AsSpan(0, 10_000));
        ContentOf(file).MustBe(_sent.AsSpan(0, 10_000));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FanOut_TheSourceIsASinkToo_SendsBackWhatComes(bool isAsync)
    {
        SocketPair source = NewSockets();
        SafeFileHandle file = FileOf([]);
        Task<FanOutResult> fanOut = Started(isAsync, source.Near, [source.Near, file]);
        for (int i = 0; i < 10; i++)
        {
            source.Far.Send(_sent, i * 1000, 1000, SocketFlags.None);
            source.Far.ReceiveExactly(1000).MustBe(_sent.AsSpan(i * 1000, 1000));
        }

        source.Far.Shutdown(SocketShutdown.Send);
        (await MustEnd(fanOut, _sent)).BytesRead.Should().Be(10_000);
        ContentOf(file).MustBe(_sent.AsSpan(0, 10_000));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void FanOut_OneFileToOneFile_TheKernelCopies(bool isAsync)
    {
        SafeFileHandle sink = FileOf([]);
        FanOutResult result = FanOut(isAsync, FileOf(_sent), [sink]);
        result.Sinks[0].Path.Should().Be(TransferPath.CopyFileRange);
        MustBeWhole(result.Sinks[0], _sent.Length);
        ContentOf(sink).MustBe(_sent);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PipeCapacity_Given_SoManyBytesAFill(bool isAsync)
    {
        int capacity = 2 * Environment.SystemPageSize;
        Pipe source = NewPipe(1 << 20);
        source.Write(_sent[..100_000]);
        source.WriteHandle.Dispose();
        Pipe[] sinks = [NewPipe(1 << 20), NewPipe(1 << 20)];
        FanOutResult result = await MustEnd(
            Started(isAsync, source.ReadHandle, [sinks[0].WriteHandle, sinks[1].WriteHandle], new() { PipeCapacity = capacity }), _sent);
        result.Statistics.PipeCapacity.Should().Be(capacity);
        result.Statistics.Fills.Should().Be(13);
        result.Statistics.BytesPerFill.Should().Be(100_000 / 13);
        result.Sinks.Should().OnlyContain(sink => sink.Path == TransferPath.Splice);
        Array.ForEach(sinks, sink => sink.Read().MustBe(_sent.AsSpan(0, 100_000)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Statistics_MuchToMove_LargePipesAndFewFills(bool isAsync)
    {
        Content content = new(20_000_000, seed: 1);
        using CopySource source = new(EndKind.Tcp, NewPath(), content);
        CopyDestination[] sinks = [Own(new CopyDestination(EndKind.Tcp, NewPath())), Own(new CopyDestination(EndKind.Unix, NewPath()))];
        Task[] peers = [OnItsOwnThread(source.Feed), .. sinks.Select(sink => OnItsOwnThread(() => sink.Collect(1)))];
        FanOutResult result = FanOut(isAsync, source.Endpoint, [sinks[0].Endpoint, sinks[1].Endpoint]);
        result.Statistics.PipeCapacity.Should().BeGreaterThan(64 << 10);
        result.Statistics.BytesPerFill.Should().Be(content.Length / result.Statistics.Fills);
        result.Sinks.Should().OnlyContain(sink => sink.Path.HasFlag(TransferPath.Splice), "a sender that is late is read from now and then");
        Array.ForEach(sinks, sink => sink.End());
        await Task.WhenAll(peers).WaitAsync(Patience);
    }

    /// <summary>As many as there are sinks, and all come back clean.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pool_Given_LendsAPipeForEachSinkAndGetsItBackClean(bool isAsync)
    {
        using MeterReader meter = new();
        using PipePool pool = new();
        for (int i = 0; i < 10; i++)
        {
            SocketPair source = NewSockets();
            source.Far.Send(_sent, 50_000, SocketFlags.None);
            source.Far.Shutdown(SocketShutdown.Send);
            Pipe[] sinks = [NewPipe(1 << 20), NewPipe(1 << 20), NewPipe(1 << 20)];
            FanOut(isAsync, source.Near, [.. sinks.Select(sink => (TransferEndpoint)sink.WriteHandle)], new() { Pool = pool });
            Array.ForEach(sinks, sink => sink.Read().MustBe(_sent.AsSpan(0, 50_000)));
        }

        meter.Rented.Should().Be(0);
        meter.Rents.Should().BeGreaterThanOrEqualTo(30);
        Dictionary<string, long> changes = meter.Changes();
        changes["zerocopy.pipe.created"].Should().Be(3);
        changes.Where(change => change.Key.Contains("closed", StringComparison.Ordinal)).Should().OnlyContain(change => change.Value == 0);
    }

    [Fact]
    public async Task Pool_TheLibrarysOwn_KeepsThePipesOfManySinksForTheNextRound()
    {
        SocketPair source = NewSockets();
        TransferEndpoint[] sinks = [.. Enumerable.Range(0, 16).Select(_ => (TransferEndpoint)Own(Native.Open("/dev/null", Native.O_WRONLY)))];
        using MeterReader meter = new();
        Task<FanOutResult> fanOut = Transfer.FanOutAsync(source.Near, sinks);
        byte[] sent = new byte[64 << 20];
        await InBackground(() => source.Far.Send(sent)).WaitAsync(Patience);
        source.Far.Dispose();
        FanOutResult result = await fanOut.WaitAsync(Patience);
        result.IsComplete.Should().BeTrue();
        result.BytesRead.Should().Be(sent.Length);
        meter.Rents.Should().BeGreaterThan(10 * sinks.Length);
        meter.Changes()["zerocopy.pipe.created"].Should().BeLessThanOrEqualTo(2 * sinks.Length, "each has one of the usual size at first, and a larger one then");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LoggerFactory_Given_OneLineOfTheOutcome(bool isAsync)
    {
        using MemoryLogger logger = new();
        Pipe source = PipeOf("hello");
        source.WriteHandle.Dispose();
        Pipe dead = NewPipe();
        dead.ReadHandle.Dispose();
        FanOut(isAsync, source.ReadHandle, [dead.WriteHandle, NewPipe().WriteHandle], new() { LoggerFactory = logger });
        logger.Lines.Should().ContainSingle().Which.Should().Be(
            ("ZeroCopy.Transfer", LogLevel.Debug, 3000, "Read 5 bytes for 2 sinks, of which 1 failed; error of the source: None"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LoggerFactory_TheLoggerThrows_TheOutcomeIsToldAllTheSame(bool isAsync)
    {
        using ThrowingLogger throwing = new();
        Pipe source = PipeOf("hello");
        source.WriteHandle.Dispose();
        Pipe sink = NewPipe();
        FanOut(isAsync, source.ReadHandle, [sink.WriteHandle], new() { LoggerFactory = throwing }).BytesRead.Should().Be(5);
        sink.ReadText().Should().Be("hello");
    }

    private sealed class ThrowingLogger : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new InvalidOperationException("of the logger");

        public void Dispose()
        {
        }
    }
}
