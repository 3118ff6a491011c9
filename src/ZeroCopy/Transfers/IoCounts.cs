using System.Runtime.InteropServices;

namespace ZeroCopy;

/// <summary>How many bytes were read and written by each way.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct IoCounts
{
    private PathCounts _read;
    private PathCounts _written;

    public void AddRead(long count, TransferPath path) => _read.Add(count, path);

    public void AddWritten(long count, TransferPath path) => _written.Add(count, path);

    public void Add(in IoCounts other)
    {
        _read.Add(in other._read);
        _written.Add(in other._written);
    }

    public readonly IEnumerable<(long Count, string Direction, string Path)> Enumerate() =>
        _read.ToArray().Select(static read => (read.Count, "read", read.Path))
            .Concat(_written.ToArray().Select(static written => (written.Count, "write", written.Path)));
}
