using System.Runtime.InteropServices;

namespace ZeroCopy.Tests.Support;

internal sealed record SpliceCall(
    SafeHandle In, SafeHandle Out, long Len = 1, SpliceFlags Flags = SpliceFlags.None, long? OffsetIn = null, long? OffsetOut = null)
    : Call("splice")
{
    public override Errno Try(out long count) => OffsetIn is null && OffsetOut is null
        ? Splice.TryMove(In, Out, Len, Flags, out count)
        : Splice.TryMove(In, OffsetIn, Out, OffsetOut, Len, Flags, out count);

    public override long Throwing() => OffsetIn is null && OffsetOut is null
        ? Splice.Move(In, Out, Len, Flags)
        : Splice.Move(In, OffsetIn, Out, OffsetOut, Len, Flags);
}
