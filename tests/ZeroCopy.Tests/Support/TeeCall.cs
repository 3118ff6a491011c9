using System.Runtime.InteropServices;

namespace ZeroCopy.Tests.Support;

internal sealed record TeeCall(SafeHandle In, SafeHandle Out, long Len = 1, SpliceFlags Flags = SpliceFlags.None) : Call("tee")
{
    public override Errno Try(out long count) => Tee.TryDuplicate(In, Out, Len, Flags, out count);

    public override long Throwing() => Tee.Duplicate(In, Out, Len, Flags);
}
