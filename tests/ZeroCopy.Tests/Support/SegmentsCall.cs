using System.Runtime.InteropServices;

namespace ZeroCopy.Tests.Support;

internal sealed unsafe record SegmentsCall : Call
{
    private readonly bool _map;
    private readonly SafeHandle _pipe;
    private readonly nint _segments;
    private readonly int _count;
    private readonly SpliceFlags _flags;

    public SegmentsCall(bool map, SafeHandle pipe, IOVector* segments, int count, SpliceFlags flags = SpliceFlags.None)
        : base("vmsplice") => (_map, _pipe, _segments, _count, _flags) = (map, pipe, (nint)segments, count, flags);

    public override Errno Try(out long count) => _map
        ? VmSplice.TryMap(_pipe, (IOVector*)_segments, _count, _flags, out count)
        : VmSplice.TryFill(_pipe, (IOVector*)_segments, _count, _flags, out count);

    public override long Throwing() => _map
        ? VmSplice.Map(_pipe, (IOVector*)_segments, _count, _flags)
        : VmSplice.Fill(_pipe, (IOVector*)_segments, _count, _flags);
}
