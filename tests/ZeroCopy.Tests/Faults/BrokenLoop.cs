namespace ZeroCopy.Tests.Faults;

/// <summary>
/// Loops whose epoll_wait fails for good, as where somebody has closed a descriptor that is not theirs, under fan-outs that wait. Theirs is the process: its
/// loops do not come back.
/// </summary>
internal static class BrokenLoop
{
    private const int Portion = 60_000;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);
    private static readonly byte[] _content = Bytes.Random(2 * Portion);

    public static void FanOut(string library, bool waitsForSink)
    {
        FaultyLibc.StandIn(library);
        FaultyLibc.Arm([]);
        using FaultSource source = new("socket", _content);
        using FaultSink quick = new("socket");
        using Pipe slow = new();
        TransferEndpoint[] sinks = [quick.Endpoint, slow.WriteHandle];
        FanOutOptions options = new() { Counters = new() };
        int filled = waitsForSink ? slow.Capacity : 0;
        Native.Write(slow.WriteHandle, new byte[filled]).Should().Be(filled);
        source.Feed(_content.AsSpan(0, Portion));
        Task<FanOutResult> fanOut = Transfer.FanOutAsync(source.Endpoint, sinks, options);
        SpinWait.SpinUntil(() => options.Counters.BytesRead == Portion, _patience).Should().BeTrue("it waits for the {0} then", waitsForSink ? "sink" : "source");

        FaultyLibc.Arm([new Fault("epoll_wait", Errno.EBADF, Lasts: true)]);
        FanOutResult result = fanOut.WaitAsync(_patience).GetAwaiter().GetResult().MustAccountFor(_content);
        Console.WriteLine($"source {result.SourceError}");
        Array.ForEach([.. result.Sinks], sink => Console.WriteLine($"sink {sink.Error?.Errno} {sink.Error?.Syscall}"));
        quick.Collect().MustBe(_content.AsSpan(0, Portion));
        source.Feed(_content.AsSpan(Portion));
        source.End();

        // Who waits on a thread of its own needs no loop.
        using FaultSink file = new("file");
        Transfer.FanOut(source.Endpoint, [file.Endpoint]).IsComplete.Should().BeTrue();
        file.Collect().MustBe(_content.AsSpan(Portion));
        Console.WriteLine("exact");
    }
}
