namespace ZeroCopy.Tests.Faults;

/// <summary>As many copies as there are workers for disks wait for one that does not answer. Another copy does not wait for them.</summary>
internal sealed class StuckFaults : FaultScenario
{
    private static readonly byte[] _content = Bytes.Random(10_000);
    private static readonly int _workers = Math.Max(2, Environment.ProcessorCount);

    public StuckFaults() => Faults = [new Fault("splice", Errno.None, Lasts: true, Manner: FaultManner.Stuck)];

    public override void Run(Fault? fault)
    {
        FaultSource[] sources = [.. Enumerable.Range(0, _workers + 1).Select(_ => new FaultSource("file", _content))];
        FaultSink[] sinks = [new FaultSink("file"), .. Enumerable.Range(0, _workers).Select(_ => new FaultSink("pipe"))];
        try
        {
            Arm(fault);
            Task<CopyResult>[] stuck = [.. sources[1..].Zip(sinks[1..], CopyAsync)];
            Until(() => fault is null || FaultyLibc.Calls().GetValueOrDefault("splice") >= _workers, "each has a worker");
            CopyAsync(sources[0], sinks[0]).WaitAsync(Patience).GetAwaiter().GetResult().Path.Should().Be(TransferPath.CopyFileRange);
            if (fault is not null)
            {
                stuck.Should().NotContain(copy => copy.IsCompleted);
                FaultyLibc.Of(fault).Lift();
            }

            Task.WhenAll(stuck).WaitAsync(Patience).GetAwaiter().GetResult().Should().AllSatisfy(result => result.BytesCopied.Should().Be(_content.Length));
            Array.ForEach(sinks, sink => sink.Collect().MustBe(_content));
        }
        finally
        {
            Array.ForEach(sources, source => source.Dispose());
            Array.ForEach(sinks, sink => sink.Dispose());
        }
    }

    private static Task<CopyResult> CopyAsync(FaultSource source, FaultSink sink) => Transfer.CopyAsync(source.Endpoint, sink.Endpoint).AsTask();
}
