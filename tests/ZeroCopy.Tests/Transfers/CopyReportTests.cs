using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>Counters, progress and logs: right, and without influence on the copy.</summary>
public sealed class CopyReportTests : TransferTest
{
    private const int Size = 20 << 20;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Counters_WhileTheDestinationIsFull_SayHowFarItIs(bool isAsync)
    {
        Pipe destination = NewPipe();
        TransferCounters counters = new();
        Task<CopyResult> copy = Started(isAsync, FileOf(Bytes.Random(Size)), destination.WriteHandle, new() { Counters = counters });
        Eventually(() => counters.BytesWritten == destination.Capacity && counters.BytesRead > counters.BytesWritten, "it gets as far as it can");
        MustRest(copy);
        counters.BytesWritten.Should().Be(destination.BytesAvailable);
        counters.BytesRead.Should().BeLessThan(Size);
        using FileStream reader = new(destination.ReadHandle, FileAccess.Read, bufferSize: 0);
        InTime(() => reader.ReadAtLeast(new byte[Size], Size)).Should().Be(Size);
        InTime(() => copy.Result).BytesCopied.Should().Be(Size);
        counters.BytesRead.Should().Be(Size);
        counters.BytesWritten.Should().Be(Size);
    }

    [Fact]
    public void Counters_OfSeveralCopies_AddUp()
    {
        TransferCounters counters = new();
        SafeFileHandle source = FileOf(Bytes.Random(1000));
        SafeFileHandle destination = FileOf([]);
        Copy(isAsync: false, source, destination, new() { Counters = counters, SourceOffset = 0 });
        Copy(isAsync: true, source, destination, new() { Counters = counters, SourceOffset = 500 });
        counters.BytesRead.Should().Be(1500);
        counters.BytesWritten.Should().Be(1500);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Progress_AnyCopy_RisesToAll(bool isAsync)
    {
        Reports reports = new();
        Copy(isAsync, FileOf(Bytes.Random(Size)), FileOf([]), new() { Progress = reports, Length = Size - 1 });
        reports.All.Should().BeInAscendingOrder();
        reports.All.Last().Should().Be(Size - 1);
        Copy(isAsync, FileOf([]), FileOf([]), new() { Progress = reports });
        reports.All.Last().Should().Be(0, "it is told the end of a copy of nothing too");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Progress_WhileTheCopyGoesOn_SaysHowFarItIs(bool isAsync)
    {
        ConcurrentBag<bool> onThePool = [];
        Reports reports = new(() => onThePool.Add(Thread.CurrentThread.IsThreadPoolThread));
        Pipe source = NewPipe();
        Task<CopyResult> copy = Started(isAsync, source.ReadHandle, FileOf([]), new() { Progress = reports });
        long sent = 0;
        Eventually(() => SendOne(source, ref sent) && reports.All.Count >= 2, "it is told now and then");
        copy.IsCompleted.Should().BeFalse();
        reports.All.Should().BeInAscendingOrder().And.OnlyContain(bytes => bytes > 0 && bytes <= sent);
        onThePool.Should().OnlyContain(isOnThePool => isOnThePool == isAsync, "a synchronous copy has a thread of its own here");
        source.WriteHandle.Dispose();
        InTime(() => copy.Result).BytesCopied.Should().Be(sent);
        reports.All.Last().Should().Be(sent);
    }

    /// <summary>A report that is on its way when a copy ends comes before its end, or not at all.</summary>
    [Fact]
    public async Task Progress_CopiesEndAsTheyReport_NothingIsToldAfterTheEnd()
    {
        List<(Pipe Source, Reports Reports, Task<int> Told)> copies = [];
        for (int i = 0; i < 100; i++)
        {
            Pipe source = NewPipe();
            Reports reports = new();
            Task<CopyResult> copy = Started(isAsync: true, source.ReadHandle, NewPipe().WriteHandle, new() { Progress = reports });
            copies.Add((source, reports, copy.ContinueWith(
                _ => reports.All.Count, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)));
        }

        MustRest(Task.WhenAny(copies.Select(copy => copy.Told)));
        copies.ForEach(copy =>
        {
            copy.Source.Write("x");
            copy.Source.WriteHandle.Dispose();
        });
        int[] told = await Task.WhenAll(copies.Select(copy => copy.Told)).WaitAsync(Patience);
        MustRest(new TaskCompletionSource().Task);
        copies.Select(copy => copy.Reports.All.Count).Should().Equal(told).And.Contain(2, "some were told before their end too");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Progress_ThatThrows_HarmsNothing(bool isAsync)
    {
        Reports reports = new(() => throw new InvalidOperationException("of the callback"));
        SafeFileHandle destination = FileOf([]);
        Copy(isAsync, FileOf("hello"u8.ToArray()), destination, new() { Progress = reports }).BytesCopied.Should().Be(5);
        ContentOf(destination).Should().HaveCount(5);
        reports.All.Should().NotBeEmpty();
    }

    /// <summary>Even where the copy is over before the call returns: the caller's thread may have a lock, or be that of a window.</summary>
    [Fact]
    public void Progress_OfCopyAsync_IsToldOnTheThreadPool()
    {
        int caller = 0;
        Reports reports = new(() =>
        {
            caller.Should().NotBe(Environment.CurrentManagedThreadId);
            Thread.CurrentThread.IsThreadPoolThread.Should().BeTrue();
        });
        using MemoryLogger logger = new();
        Pipe source = PipeOf("hello");
        Pipe destination = NewPipe();
        CopyOptions options = new() { Length = 5, Progress = reports, LoggerFactory = logger };
        Task<CopyResult> copy = InTime(() =>
        {
            caller = Environment.CurrentManagedThreadId;
            return Transfer.CopyAsync(source.ReadHandle, destination.WriteHandle, options).AsTask();
        });
        InTime(() => copy.Result).BytesCopied.Should().Be(5);
        Eventually(() => !reports.All.IsEmpty, "it is told");
        logger.Lines.Should().NotContain(line => line.Level == LogLevel.Warning, "that is where a callback that throws shows");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LoggerFactory_ACopy_OutcomeAsDebug(bool isAsync)
    {
        using MemoryLogger logger = new();
        Copy(isAsync, PipeThatEnds("hello"), NewPipe().WriteHandle, new() { LoggerFactory = logger });
        logger.Lines.Should().ContainSingle().Which.Should().Be(("ZeroCopy.Transfer", LogLevel.Debug, 1000, "Copied 5 bytes by Splice; refused: None"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LoggerFactory_ACopyThatFellBack_SaysWhy(bool isAsync)
    {
        using MemoryLogger logger = new();
        using SafeFileHandle destination = Native.Open(NewPath(), Native.O_WRONLY | Native.O_CREAT | Native.O_APPEND);
        Copy(isAsync, PipeThatEnds("hello"), destination, new() { LoggerFactory = logger });
        logger.Lines.Should().ContainSingle().Which.Text.Should().StartWith("Copied 5 bytes by ").And.Contain("ReadWrite").And.EndWith("refused: EINVAL");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LoggerFactory_ACopyThatFails_SaysHowFarItCame(bool isAsync)
    {
        using MemoryLogger logger = new();
        Pipe destination = NewPipe();
        destination.ReadHandle.Dispose();
        FluentActions.Invoking(() => Copy(isAsync, PipeOf("hello").ReadHandle, destination.WriteHandle, new() { LoggerFactory = logger }))
            .Should().Throw<TransferException>().Where(e => e.Errno == Errno.EPIPE);
        (string _, LogLevel level, int id, string text) = logger.Lines.Should().ContainSingle().Which;
        level.Should().Be(LogLevel.Debug);
        id.Should().Be(1001);
        text.Should().StartWith("Copied no further than 5 bytes read and 0 written");
    }

    private static bool SendOne(Pipe source, ref long sent)
    {
        source.Write("x");
        sent++;
        return true;
    }

    private SafeFileHandle PipeThatEnds(string text)
    {
        Pipe pipe = PipeOf(text);
        pipe.WriteHandle.Dispose();
        return pipe.ReadHandle;
    }
}
