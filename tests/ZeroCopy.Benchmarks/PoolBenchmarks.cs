using BenchmarkDotNet.Attributes;

namespace ZeroCopy.Benchmarks;

/// <summary>What a pipe of a pool costs beside one that is opened and closed.</summary>
public class PoolBenchmarks : IDisposable
{
    private readonly PipePool _pool = new();

    [Benchmark(Baseline = true)]
    public void OpenAndDispose()
    {
        using Pipe pipe = new(nonBlocking: true);
    }

    [Benchmark]
    public void RentAndReturn()
    {
        Pipe pipe = _pool.Rent();
        _pool.Return(pipe);
    }

    [GlobalCleanup]
    public void Dispose() => _pool.Dispose();
}
