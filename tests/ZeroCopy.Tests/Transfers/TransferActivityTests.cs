using System.Collections.Concurrent;
using System.Diagnostics;

namespace ZeroCopy.Tests.Transfers;

/// <summary>Each transfer is a span for who listens to the activity source, and nothing where nobody does.</summary>
public sealed class TransferActivityTests : CopyTest
{
    private readonly ConcurrentQueue<Activity> _spans = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_Listened_SpanBelowTheCallersWithWhatCameOfIt(bool isAsync)
    {
        Pipe source = NewPipe();
        Pipe destination = NewPipe();
        source.Write("hello");
        source.WriteHandle.Dispose();
        using ActivityListener listener = Listener();
        using Activity caller = new Activity("caller").Start();
        await Started(isAsync, source.ReadHandle, destination.WriteHandle).WaitAsync(Patience);
        Activity.Current.Should().BeSameAs(caller);
        Activity span = _spans.Should().ContainSingle().Subject;
        span.OperationName.Should().Be("zerocopy.copy");
        span.ParentSpanId.Should().Be(caller.SpanId);
        span.Status.Should().Be(ActivityStatusCode.Unset);
        span.TagObjects.Should().BeEquivalentTo(new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["zerocopy.transfer.outcome"] = "completed",
            ["zerocopy.transfer.path"] = "Splice",
            ["zerocopy.transfer.bytes_read"] = 5L,
            ["zerocopy.transfer.bytes_written"] = 5L,
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_Fails_SpanHasTheError(bool isAsync)
    {
        SocketPair source = NewSockets();
        using ActivityListener listener = Listener();
        Task<CopyResult> copy = Started(isAsync, source.Near, NewPipe().WriteHandle);
        source.ResetFromFar();
        await MustFail(copy, TransferSide.Source, Errno.ECONNRESET);
        Activity span = _spans.Should().ContainSingle().Subject;
        span.Status.Should().Be(ActivityStatusCode.Error);
        span.GetTagItem("error.type").Should().Be("ECONNRESET");
        span.GetTagItem("zerocopy.transfer.outcome").Should().Be("failed");
    }

    [Fact]
    public async Task Relay_Ends_OneSpanWithBothDirections()
    {
        SocketPair a = NewSockets();
        SocketPair b = NewSockets();
        using ActivityListener listener = Listener();
        Task<RelayResult> relay = Transfer.RelayAsync(a.Near, b.Near);
        a.Far.Send("question"u8);
        b.Far.Send("answer"u8);
        a.Far.Dispose();
        b.Far.Dispose();
        RelayResult result = await relay.WaitAsync(Patience);
        Activity span = _spans.Should().ContainSingle().Subject;
        span.OperationName.Should().Be("zerocopy.relay");
        span.GetTagItem("zerocopy.transfer.bytes_read").Should().Be(result.BytesAToB + result.BytesBToA);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FanOut_AllSinksFail_SpanSaysSo(bool isAsync)
    {
        Pipe source = NewPipe();
        source.Write("hello");
        Pipe sink = NewPipe();
        sink.ReadHandle.Dispose();
        using ActivityListener listener = Listener();
        await (isAsync
            ? Transfer.FanOutAsync(source.ReadHandle, [sink.WriteHandle])
            : OnItsOwnThread(() => Transfer.FanOut(source.ReadHandle, [sink.WriteHandle]))).WaitAsync(Patience);
        Activity span = _spans.Should().ContainSingle().Subject;
        span.OperationName.Should().Be("zerocopy.fan_out");
        span.GetTagItem("zerocopy.transfer.outcome").Should().Be("failed");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_ListenerThrows_IsNoPartOfTheOutcome(bool atTheStart)
    {
        Pipe source = NewPipe();
        Pipe destination = NewPipe();
        source.Write("hello");
        source.WriteHandle.Dispose();
        using ActivityListener listener = Listener();
        listener.ActivityStarted = _ => Throw(atTheStart);
        listener.ActivityStopped = _ => Throw(!atTheStart);
        (await Started(isAsync: true, source.ReadHandle, destination.WriteHandle).WaitAsync(Patience)).BytesCopied.Should().Be(5);
        Activity.Current.Should().BeNull();
    }

    private static void Throw(bool throws)
    {
        if (throws)
        {
            throw new InvalidOperationException("The listener throws.");
        }
    }

    private ActivityListener Listener()
    {
        ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == "ZeroCopy",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
