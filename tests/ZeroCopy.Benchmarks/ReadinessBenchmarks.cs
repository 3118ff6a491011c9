using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;

namespace ZeroCopy.Benchmarks;

/// <summary>
/// What it costs to wait for a pipe: one that is readable already, and one into which a byte is written meanwhile, and read again.
/// <see cref="WriteAndRead"/> is that without the wait. Each wait goes to the thread of a loop and back to one of the pool.
/// </summary>
public partial class ReadinessBenchmarks : IDisposable
{
    /// <summary>So many that what this asynchronous code allocates by itself does not show.</summary>
    private const int Waits = 1000;

    private readonly Pipe _readable = new(nonBlocking: true);
    private readonly Pipe _empty = new(nonBlocking: true);
    private readonly byte[] _byte = new byte[1];

    public ReadinessBenchmarks() => write(_readable.WriteHandle, _byte, 1);

    [Benchmark(Baseline = true, OperationsPerInvoke = Waits)]
    public void WriteAndRead()
    {
        for (int i = 0; i < Waits; i++)
        {
            write(_empty.WriteHandle, _byte, 1);
            read(_empty.ReadHandle, _byte, 1);
        }
    }

    [Benchmark(OperationsPerInvoke = Waits)]
    public async Task WaitReadable()
    {
        for (int i = 0; i < Waits; i++)
        {
            await FdReadiness.WaitReadableAsync(_readable.ReadHandle);
        }
    }

    [Benchmark(OperationsPerInvoke = Waits)]
    public async Task WaitWriteAndRead()
    {
        for (int i = 0; i < Waits; i++)
        {
            ValueTask wait = FdReadiness.WaitReadableAsync(_empty.ReadHandle);
            write(_empty.WriteHandle, _byte, 1);
            await wait;
            read(_empty.ReadHandle, _byte, 1);
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _readable.Dispose();
        _empty.Dispose();
    }

    [LibraryImport("libc")]
    private static partial nint read(SafeHandle fd, Span<byte> buf, nuint count);

    [LibraryImport("libc")]
    private static partial nint write(SafeHandle fd, ReadOnlySpan<byte> buf, nuint count);
}
