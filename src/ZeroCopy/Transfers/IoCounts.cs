using System.Runtime.InteropServices;

namespace ZeroCopy;

/// <summary>How many bytes were read and written by each way. Counted by one thread at a time, and read by any.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct IoCounts
{
    private long _readBySplice;
    private long _readByRange;
    private long _readByCopying;
    private long _writtenBySplice;
    private long _writtenByRange;
    private long _writtenByCopying;

    public void AddRead(long count, TransferPath path)
    {
        switch (path)
        {
            case TransferPath.Splice:
                Add(ref _readBySplice, count);
                break;
            case TransferPath.CopyFileRange:
                Add(ref _readByRange, count);
                break;
            default:
                Add(ref _readByCopying, count);
                break;
        }
    }

    public void AddWritten(long count, TransferPath path)
    {
        switch (path)
        {
            case TransferPath.Splice:
                Add(ref _writtenBySplice, count);
                break;
            case TransferPath.CopyFileRange:
                Add(ref _writtenByRange, count);
                break;
            default:
                Add(ref _writtenByCopying, count);
                break;
        }
    }

    public void Add(in IoCounts other)
    {
        _readBySplice += Volatile.Read(in other._readBySplice);
        _readByRange += Volatile.Read(in other._readByRange);
        _readByCopying += Volatile.Read(in other._readByCopying);
        _writtenBySplice += Volatile.Read(in other._writtenBySplice);
        _writtenByRange += Volatile.Read(in other._writtenByRange);
        _writtenByCopying += Volatile.Read(in other._writtenByCopying);
    }

    public readonly (long Count, string Direction, string Path)[] ToArray() =>
    [
        (_readBySplice, "read", "splice"),
        (_readByRange, "read", "copy_file_range"),
        (_readByCopying, "read", "copy"),
        (_writtenBySplice, "write", "splice"),
        (_writtenByRange, "write", "copy_file_range"),
        (_writtenByCopying, "write", "copy"),
    ];

    private static void Add(ref long total, long count) => Volatile.Write(ref total, total + count);
}
