using System.Runtime.InteropServices;

namespace ZeroCopy;

/// <summary>How many bytes went by each way. Counted by one thread at a time, and read by any.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct PathCounts
{
    private long _bySplice;
    private long _byRange;
    private long _byCopying;

    public void Add(long count, TransferPath path)
    {
        switch (path)
        {
            case TransferPath.Splice:
                Volatile.Write(ref _bySplice, _bySplice + count);
                break;
            case TransferPath.CopyFileRange:
                Volatile.Write(ref _byRange, _byRange + count);
                break;
            default:
                Volatile.Write(ref _byCopying, _byCopying + count);
                break;
        }
    }

    public void Add(in PathCounts other)
    {
        _bySplice += Volatile.Read(in other._bySplice);
        _byRange += Volatile.Read(in other._byRange);
        _byCopying += Volatile.Read(in other._byCopying);
    }

    public readonly (long Count, string Path)[] ToArray() => [(_bySplice, "splice"), (_byRange, "copy_file_range"), (_byCopying, "copy")];
}
