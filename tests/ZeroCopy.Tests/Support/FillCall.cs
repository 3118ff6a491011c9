using System.Runtime.InteropServices;

namespace ZeroCopy.Tests.Support;

internal sealed record FillCall(SafeHandle Pipe, int Length = 1, SpliceFlags Flags = SpliceFlags.None) : Call("vmsplice")
{
    public override Errno Try(out long count) => VmSplice.TryFill(Pipe, new byte[Length], Flags, out count);

    public override long Throwing() => VmSplice.Fill(Pipe, new byte[Length], Flags);
}
