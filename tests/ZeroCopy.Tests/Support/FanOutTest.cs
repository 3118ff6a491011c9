namespace ZeroCopy.Tests.Support;

/// <summary>A test of copies to several sinks at once.</summary>
public abstract class FanOutTest : TransferTest
{
    /// <summary>How long it may take until a fan-out has noticed what was done to it: many times what it should.</summary>
    private static readonly TimeSpan _notice = TimeSpan.FromSeconds(10);

    /// <summary>Starts a fan-out either way.</summary>
    protected static Task<FanOutResult> Started(
        bool isAsync, TransferEndpoint source, IReadOnlyList<TransferEndpoint> sinks, FanOutOptions? options = null) =>
        isAsync ? Transfer.FanOutAsync(source, sinks, options) : OnItsOwnThread(() => Transfer.FanOut(source, sinks, options));

    /// <summary>Fans out either way, and fails where that is stuck.</summary>
    protected static FanOutResult FanOut(
        bool isAsync, TransferEndpoint source, IReadOnlyList<TransferEndpoint> sinks, FanOutOptions? options = null) =>
        Started(isAsync, source, sinks, options).WaitAsync(Patience).GetAwaiter().GetResult();

    /// <summary>Waits for the fan-out to end by itself, with every byte accounted for.</summary>
    protected static async Task<FanOutResult> MustEnd(Task<FanOutResult> fanOut, byte[] source, params byte[] prefix) =>
        (await fanOut.WaitAsync(_notice)).MustAccountFor(source, prefix);

    /// <summary>Waits for the fan-out to be cancelled by that token, with every byte accounted for.</summary>
    protected static async Task<FanOutResult> MustBeCanceled(Task<FanOutResult> fanOut, CancellationToken token, byte[] source, params byte[] prefix)
    {
        TransferCanceledException canceled =
            (await FluentActions.Awaiting(() => fanOut.WaitAsync(_notice)).Should().ThrowAsync<TransferCanceledException>()).Which;
        canceled.CancellationToken.Should().Be(token);
        fanOut.Status.Should().Be(TaskStatus.Canceled);
        canceled.Resume.Should().BeNull();
        canceled.Relay.Should().BeNull();
        canceled.Undelivered.Length.Should().Be(0);
        canceled.BytesRead.Should().Be(canceled.FanOut!.BytesRead);
        canceled.BytesWritten.Should().Be(canceled.FanOut.Sinks.Sum(sink => sink.BytesDelivered));
        return canceled.FanOut.MustAccountFor(source, prefix);
    }

    /// <summary>The sink was not detached, and has everything.</summary>
    protected static void MustBeWhole(SinkResult sink, long count)
    {
        sink.Error.Should().BeNull();
        sink.BytesDelivered.Should().Be(count);
        sink.Undelivered.Length.Should().Be(0);
    }

    /// <summary>The sink was detached, for one of these reasons.</summary>
    protected static void MustBeDetached(SinkResult sink, params Errno[] errnos)
    {
        sink.Error.Should().NotBeNull();
        sink.Error!.Errno.Should().BeOneOf(errnos, sink.Error.Message);
    }

    /// <summary>Lets time pass, in which it does not end.</summary>
    protected static void MustGoOnFor(TimeSpan time, Task fanOut) => fanOut.Wait(time).Should().BeFalse("it has to go on");
}
