using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Support;

/// <summary>A destination for a copy, and whoever reads what arrives.</summary>
internal sealed class CopyDestination : IDisposable
{
    /// <summary>What is in a file before the bytes where an offset is given.</summary>
    private static readonly byte[] _other = new byte[100];

    private readonly ManualResetEventSlim _ended = new();
    private readonly string _path;
    private readonly Stream? _reader;
    private readonly IDisposable _end;

    public CopyDestination(EndKind kind, string path)
    {
        _path = path;
        Offset = kind == EndKind.FileAtOffset ? _other.Length : null;
        Keeps = kind != EndKind.Device;
        (Endpoint, _end, _reader) = kind switch
        {
            EndKind.Tcp => Sockets(SocketPair.Tcp()),
            EndKind.Unix => Sockets(SocketPair.Unix(path)),
            EndKind.Pipe => Pipe(),
            EndKind.Fifo => Fifo(),
            EndKind.Terminal => Terminal(),
            EndKind.FileStream => Of(new FileStream(path, FileMode.CreateNew, FileAccess.Write)),
            EndKind.File => Of(File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write)),
            EndKind.FileAtOffset => FileWithOther(),
            _ => Of(Native.Open("/dev/null", Native.O_WRONLY)),
        };
    }

    public TransferEndpoint Endpoint { get; }

    public long? Offset { get; }

    /// <summary>Whether it has what was written to it.</summary>
    public bool Keeps { get; }

    /// <summary>Tells whoever reads that nothing more comes.</summary>
    public void End()
    {
        _end.Dispose();
        _ended.Set();
    }

    /// <summary>Reads all that arrives. On a thread of its own.</summary>
    public Digest Collect(int seed)
    {
        if (_reader is not null)
        {
            return Digest.OfRest(_reader, seed);
        }

        _ended.Wait();
        using FileStream file = File.OpenRead(Keeps ? _path : "/dev/null");
        file.Position = Offset ?? 0;
        return Digest.OfRest(file, seed);
    }

    public void Dispose()
    {
        End();
        _reader?.Dispose();
    }

    private static (TransferEndpoint Endpoint, IDisposable End, Stream? Reader) Of(FileStream file) => (file, file, null);

    private static (TransferEndpoint Endpoint, IDisposable End, Stream? Reader) Of(SafeFileHandle file) => (file, file, null);

    private static (TransferEndpoint Endpoint, IDisposable End, Stream? Reader) Sockets(SocketPair sockets) =>
        (sockets.Near, sockets.Near, new NetworkStream(sockets.Far, ownsSocket: true));

    private static (TransferEndpoint Endpoint, IDisposable End, Stream? Reader) Pipe()
    {
        Pipe pipe = new();
        return (pipe.WriteHandle, pipe.WriteHandle, new FileStream(pipe.ReadHandle, FileAccess.Read, bufferSize: 0));
    }

    private static (TransferEndpoint Endpoint, IDisposable End, Stream? Reader) Terminal()
    {
        (SafeFileHandle master, SafeFileHandle terminal) = Native.RawTerminal();
        return (terminal, terminal, new FileStream(master, FileAccess.Read, bufferSize: 0));
    }

    private (TransferEndpoint Endpoint, IDisposable End, Stream? Reader) Fifo()
    {
        using SafeFileHandle opener = Native.Open(Native.Fifo(_path), Native.O_RDWR);
        SafeFileHandle destination = Native.Open(_path, Native.O_WRONLY);
        return (destination, destination, new FileStream(Native.Open(_path, Native.O_RDONLY), FileAccess.Read, bufferSize: 0));
    }

    private (TransferEndpoint Endpoint, IDisposable End, Stream? Reader) FileWithOther()
    {
        File.WriteAllBytes(_path, _other);
        return Of(File.OpenHandle(_path, access: FileAccess.Write));
    }
}
