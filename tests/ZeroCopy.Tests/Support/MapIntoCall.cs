using System.Runtime.InteropServices;

namespace ZeroCopy.Tests.Support;

internal sealed record MapIntoCall(PageBuffer Buffer, SafeHandle Pipe, int Count, SpliceFlags Flags = SpliceFlags.None) : Call("vmsplice")
{
    public override Errno Try(out long count) => Buffer.TryMapInto(Pipe, Count, Flags, out count);

    public override long Throwing() => Buffer.MapInto(Pipe, Count, Flags);
}
