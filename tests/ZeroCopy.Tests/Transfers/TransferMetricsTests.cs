using System.Text.RegularExpressions;
using Microsoft.Win32.SafeHandles;
using ZeroCopy.Tests.Api;

namespace ZeroCopy.Tests.Transfers;

/// <summary>What the transfers of the process tell who listens to the meter, while they run and afterwards.</summary>
public sealed class TransferMetricsTests : CopyTest
{
    private const int Count = 100_000;

    private static readonly byte[] _sent = Bytes.Random(Count);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_FromFileToPipe_CountedByPathAndAsCompleted(bool isAsync)
    {
        using SafeFileHandle source = FileOf(_sent);
        Pipe destination = NewPipe(1 << 20);
        using MeterReader meter = new();
        await Started(isAsync, source, destination.WriteHandle).WaitAsync(Patience);
        MustBe(meter, ("io", "direction read path splice", Count), ("io", "direction write path splice", Count), ("finished", "kind copy outcome completed", 1));
    }

    [Fact]
    public void Copy_FromFileToFile_CountedAsCopyFileRange()
    {
        using SafeFileHandle source = FileOf(_sent);
        using SafeFileHandle destination = FileOf([]);
        using MeterReader meter = new();
        Transfer.Copy(source, destination);
        MustBe(
            meter, ("io", "direction read path copy_file_range", Count), ("io", "direction write path copy_file_range", Count), ("finished", "kind copy outcome completed", 1));
    }

    [Fact]
    public async Task Copy_ToAFileThatCannotBeSplicedTo_CountedAsCopyAndAsFallback()
    {
        Pipe source = NewPipe(1 << 20);
        source.Write(_sent);
        source.WriteHandle.Dispose();
        string path = NewPath();
        await File.WriteAllTextAsync(path, string.Empty);
        using SafeFileHandle destination = Native.Open(path, Native.O_WRONLY | Native.O_APPEND);
        using MeterReader meter = new();
        Transfer.Copy(source.ReadHandle, destination);
        MustBe(
            meter,
            ("io", "direction read path splice", Count),
            ("io", "direction write path copy", Count),
            ("fallbacks", "reason EINVAL", 1),
            ("finished", "kind copy outcome completed", 1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FanOut_ToTwo_WrittenTwice(bool isAsync)
    {
        using SafeFileHandle source = FileOf(_sent);
        Pipe[] sinks = [NewPipe(1 << 20), NewPipe(1 << 20)];
        using MeterReader meter = new();
        TransferEndpoint[] endpoints = [sinks[0].WriteHandle, sinks[1].WriteHandle];
        await (isAsync ? Transfer.FanOutAsync(source, endpoints) : OnItsOwnThread(() => Transfer.FanOut(source, endpoints))).WaitAsync(Patience);
        MustBe(
            meter, ("io", "direction read path splice", Count), ("io", "direction write path splice", 2 * Count), ("finished", "kind fan_out outcome completed", 1));
    }

    [Fact]
    public async Task Relay_Runs_IsActiveAndItsBytesCountAndThenItIsCancelled()
    {
        SocketPair a = NewSockets();
        SocketPair b = NewSockets();
        using CancellationTokenSource cancellation = new();
        using MeterReader meter = new();
        Task<RelayResult> relay = Transfer.RelayAsync(a.Near, b.Near, cancellationToken: cancellation.Token);
        a.Far.Send(_sent);
        b.Far.ReceiveExactly(Count).MustBe(_sent);
        Eventually(() => Written(meter) == Count, "they count before it is over");
        meter.Changes()["zerocopy.transfer.active zerocopy.transfer.kind relay"].Should().Be(1);
        meter.Changes()["zerocopy.loop.wakeups"].Should().BePositive();
        await cancellation.CancelAsync();
        await FluentActions.Awaiting(() => relay.WaitAsync(Patience)).Should().ThrowAsync<TransferCanceledException>();
        Written(meter).Should().Be(Count, "it counts once");
        meter.Changes()["zerocopy.transfer.active zerocopy.transfer.kind relay"].Should().Be(0);
        meter.Changes()["zerocopy.transfer.finished zerocopy.transfer.kind relay zerocopy.transfer.outcome cancelled"].Should().Be(1);
    }

    [Fact]
    public async Task Relay_Silent_CountedAsTimedOut()
    {
        using MeterReader meter = new();
        await Transfer.RelayAsync(NewSockets().Near, NewSockets().Near, new RelayOptions { IdleTimeout = TimeSpan.FromMilliseconds(1) }).WaitAsync(Patience);
        MustBe(meter, ("finished", "kind relay outcome timed_out", 1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_Fails_CountedAsFailed(bool isAsync)
    {
        SocketPair source = NewSockets();
        using MeterReader meter = new();
        Task<CopyResult> copy = Started(isAsync, source.Near, NewPipe().WriteHandle);
        source.ResetFromFar();
        await MustFail(copy, TransferSide.Source, Errno.ECONNRESET);
        MustBe(meter, ("finished", "kind copy outcome failed", 1));
    }

    /// <summary>All is accounted for when many begin and end at once.</summary>
    [Fact]
    public async Task Copies_OnManyThreads_AllCount()
    {
        const int Rounds = 500;
        using MeterReader meter = new();
        Task[] threads = [.. Enumerable.Range(0, 4).Select(_ => InBackground(() =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                using Pipe source = new();
                using Pipe destination = new();
                source.Write("abc");
                source.WriteHandle.Dispose();
                Transfer.Copy(source.ReadHandle, destination.WriteHandle);
            }
        }))];
        await Task.WhenAll(threads).WaitAsync(Patience);
        MustBe(
            meter,
            ("io", "direction read path splice", 3 * 4 * Rounds),
            ("io", "direction write path splice", 3 * 4 * Rounds),
            ("finished", "kind copy outcome completed", 4 * Rounds));
    }

    /// <summary>The listener of the page on diagnostics hears of all that the page names, and of nothing else.</summary>
    [Fact]
    public async Task Page_Instruments_AreThoseThatThereAre()
    {
        Pipe source = PipeOf("hello");
        source.WriteHandle.Dispose();
        await DiagnosticsExamples.TellAsync(source.ReadHandle, NewPipe().WriteHandle).WaitAsync(Patience);
        string page = await File.ReadAllTextAsync(Repository.PathOf("src", "ZeroCopy", "docs", "diagnostics.md"));
        IEnumerable<string> named = Regex.Matches(page, @"^\| `(?<name>zerocopy\.[a-z.]+)`", RegexOptions.Multiline, Patience).Select(match => match.Groups["name"].Value);
        string[] heard = [.. DiagnosticsExamples.Measure().Select(line => line.Split(' ')[0]).Distinct(StringComparer.Ordinal)];
        named.Should().BeEquivalentTo(heard.Append("zerocopy.transfer.fallbacks").Distinct(StringComparer.Ordinal), "nothing may have fallen back");
    }

    private static long Written(MeterReader meter) => meter.Changes()
        .Where(change => change.Key.StartsWith("zerocopy.transfer.io zerocopy.io.direction write", StringComparison.Ordinal))
        .Sum(change => change.Value);

    /// <summary>All the changes of the transfers' instruments, in which short names stand for whole ones.</summary>
    private static void MustBe(MeterReader meter, params (string Instrument, string Tags, long Count)[] expected) =>
        meter.Changes()
            .Where(change => change.Value != 0 && change.Key.StartsWith("zerocopy.transfer.", StringComparison.Ordinal))
            .ToDictionary(change => Short(change.Key), change => change.Value, StringComparer.Ordinal)
            .Should().BeEquivalentTo(expected.ToDictionary(change => $"{change.Instrument} {change.Tags}", change => change.Count, StringComparer.Ordinal));

    private static string Short(string name) => name
        .Replace("zerocopy.transfer.", string.Empty, StringComparison.Ordinal)
        .Replace("zerocopy.io.", string.Empty, StringComparison.Ordinal)
        .Replace("zerocopy.fallback.", string.Empty, StringComparison.Ordinal);
}
