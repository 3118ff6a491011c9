using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>
/// Whether bytes are referenced or copied, for each pair of the table in zero-copy.md: they are changed at their source after the copy, and then read where
/// they went.
/// </summary>
public sealed class CopyReferenceTests : TransferTest
{
    private const byte Old = (byte)'A';
    private const byte New = (byte)'B';
    private static readonly int _size = Environment.SystemPageSize;

    /// <summary>What the table is about. Another kernel may copy more, or less, and be right.</summary>
    private static readonly bool _isKernelOfTheTable =
        Environment.OSVersion.Version is { Major: 6, Minor: 18 } && RuntimeInformation.ProcessArchitecture == Architecture.X64;

    public static TheoryData<string, string, int> Cells()
    {
        string[][] rows = [.. File.ReadLines(Repository.PathOf("src", "ZeroCopy", "docs", "zero-copy.md"))
            .SkipWhile(line => !line.StartsWith("| from", StringComparison.Ordinal)).TakeWhile(line => line.Length > 0)
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1])];
        TheoryData<string, string, int> cells = [];
        foreach (string[] row in rows[2..])
        {
            for (int i = 1; i < row.Length; i++)
            {
                cells.Add(row[0], rows[0][i], int.Parse(row[i], CultureInfo.InvariantCulture));
            }
        }

        return cells;
    }

    [SkippableTheory]
    [MemberData(nameof(Cells))]
    public void Copy_BytesThatAreChangedAfterwards_ArriveAsTheTableSays(string source, string destination, int copies)
    {
        (TransferEndpoint from, Action? change) = Source(source);
        (TransferEndpoint to, Func<int, byte[]>? read) = Destination(destination);
        CopyResult result = Copy(isAsync: false, from, to, new() { Length = _size });
        result.Path.Should().BeOneOf(TransferPath.Splice, TransferPath.CopyFileRange);
        change?.Invoke();
        byte[]? arrived = read?.Invoke((int)result.BytesCopied);
        arrived?.Should().HaveCount((int)result.BytesCopied).And.HaveCountGreaterThan(0);
        if (change is not null && arrived is not null)
        {
            arrived.Should().OnlyContain(value => value == Old || value == New);
            arrived.Should().OnlyContain(value => !_isKernelOfTheTable || value == (copies == 0 ? New : Old));
        }
    }

    private (TransferEndpoint From, Action? Change) Source(string kind) => kind switch
    {
        "file on ext4" => FileAt(NewPath()),
        "file on tmpfs" => FileAt(OnTmpfs()),
        "block device" => FileAt(BlockDevice()),
        "pipe" => MappedPipe() is var (pipe, page) ? (pipe.ReadHandle, () => page.Fill(New)) : default,
        "TCP socket" => MappedSocket(isUnix: false),
        "unix socket" => MappedSocket(isUnix: true),
        "terminal" => FedTerminal(),
        "/dev/zero" => (Own(Native.Open("/dev/zero", Native.O_RDONLY)), null),
        "procfs" => (Own(Native.Open("/proc/version", Native.O_RDONLY)), null),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "The table has a row that is not tested."),
    };

    private (TransferEndpoint To, Func<int, byte[]>? Read) Destination(string kind)
    {
        switch (kind)
        {
            case "pipe":
                Pipe pipe = NewPipe();
                return (pipe.WriteHandle, pipe.Read);
            case "TCP socket" or "unix socket":
                SocketPair sockets = NewSockets(unix: kind == "unix socket");
                return (sockets.Near, sockets.Far.ReceiveExactly);
            case "file on ext4":
                return Opened(NewPath());
            case "file on tmpfs":
                return Opened(OnTmpfs());
            case "block device":
                return Opened(BlockDevice());
            case "terminal":
                (SafeFileHandle master, SafeFileHandle terminal) = Native.RawTerminal();
                return (Own(terminal), count => ReadExactly(Own(master), count));
            case "/dev/null":
                return (Own(Native.Open(kind, Native.O_WRONLY)), null);
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, "The table has a column that is not tested.");
        }
    }

    private (TransferEndpoint From, Action Change) FileAt(string path)
    {
        void Fill(byte value)
        {
            using SafeFileHandle writer = Native.Open(path, Native.O_WRONLY | Native.O_CREAT);
            RandomAccess.Write(writer, Enumerable.Repeat(value, _size).ToArray(), 0);
        }

        Fill(Old);
        return (Own(Native.Open(path, Native.O_RDONLY)), () => Fill(New));
    }

    private (Pipe Pipe, SharedPage Page) MappedPipe()
    {
        SharedPage page = Own(new SharedPage(Old));
        Pipe pipe = NewPipe();
        page.MapInto(pipe);
        return (pipe, page);
    }

    private (TransferEndpoint From, Action Change) MappedSocket(bool isUnix)
    {
        (Pipe pipe, SharedPage page) = MappedPipe();
        SocketPair sockets = NewSockets(isUnix);
        Splice.Move(pipe.ReadHandle, sockets.Far.SafeHandle, _size).Should().Be(_size);
        return (sockets.Near, () => page.Fill(New));
    }

    private (TransferEndpoint From, Action? Change) FedTerminal()
    {
        (SafeFileHandle master, SafeFileHandle terminal) = Native.RawTerminal();
        Native.Write(Own(master), new byte[_size]).Should().Be(_size);
        return (Own(terminal), null);
    }

    private (TransferEndpoint To, Func<int, byte[]> Read) Opened(string path) =>
        (Own(Native.Open(path, Native.O_WRONLY | Native.O_CREAT)), count => ReadExactly(Own(Native.Open(path, Native.O_RDONLY)), count));

    private static byte[] ReadExactly(SafeFileHandle file, int count) => InTime(() =>
    {
        byte[] bytes = new byte[count];
        for (int read = 0; read < count;)
        {
            int more = Native.Read(file, bytes.AsSpan(read));
            more.Should().BePositive();
            read += more;
        }

        return bytes;
    });

    private string BlockDevice()
    {
        string file = NewPath();
        File.WriteAllBytes(file, new byte[1 << 20]);
        return Own(new LoopDevice(file)).Path;
    }

    private string OnTmpfs() => Own(new TmpfsFile()).Path;
}
