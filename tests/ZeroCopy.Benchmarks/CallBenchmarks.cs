using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;

namespace ZeroCopy.Benchmarks;

/// <summary>
/// What a call costs over the bare one: an empty non-blocking pipe, so that the kernel does as little as it can and reports EAGAIN.
/// <see cref="BareAgain"/> is <see cref="Bare"/> once more, for the noise; <see cref="PlainImport"/> is the least that .NET can pay for a call
/// that may wait: integers, no error number, but the collector is told.
/// </summary>
public unsafe partial class CallBenchmarks : IDisposable
{
    private readonly Pipe _empty = new(nonBlocking: true);
    private readonly Pipe _target = new(nonBlocking: true);
    private readonly byte[] _buffer = new byte[1];
    private readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<int, long*, int, long*, nuint, uint, nint> _splice;
    private readonly int _in;
    private readonly int _out;

    public CallBenchmarks()
    {
        nint libc = NativeLibrary.Load("libc", typeof(Splice).Assembly, DllImportSearchPath.SafeDirectories);
        _splice = (delegate* unmanaged[Cdecl, SuppressGCTransition]<int, long*, int, long*, nuint, uint, nint>)
            NativeLibrary.GetExport(libc, "splice");
        _in = (int)_empty.ReadHandle.DangerousGetHandle();
        _out = (int)_target.WriteHandle.DangerousGetHandle();
    }

    [Benchmark(Baseline = true)]
    public nint Bare() => _splice(_in, null, _out, null, 4096, (uint)SpliceFlags.NonBlock);

    [Benchmark]
    public nint BareAgain() => _splice(_in, null, _out, null, 4096, (uint)SpliceFlags.NonBlock);

    [Benchmark]
    public nint PlainImport() => splice(_in, null, _out, null, 4096, (uint)SpliceFlags.NonBlock);

    [Benchmark]
    public Errno SpliceTryMove() => Splice.TryMove(_empty.ReadHandle, _target.WriteHandle, 4096, SpliceFlags.NonBlock, out _);

    [Benchmark]
    public Errno TeeTryDuplicate() => Tee.TryDuplicate(_empty.ReadHandle, _target.WriteHandle, 4096, SpliceFlags.NonBlock, out _);

    [Benchmark]
    public Errno VmSpliceTryFill() => VmSplice.TryFill(_empty.ReadHandle, _buffer, SpliceFlags.NonBlock, out _);

    [GlobalCleanup]
    public void Dispose()
    {
        _empty.Dispose();
        _target.Dispose();
    }

    [LibraryImport("libc")]
    private static partial nint splice(int fd_in, long* off_in, int fd_out, long* off_out, nuint len, uint flags);
}
