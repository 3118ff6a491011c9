using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Support;

/// <summary>A source for a copy, and whoever feeds it.</summary>
internal sealed class CopySource : IDisposable
{
    /// <summary>What is before and behind the bytes where an offset is given.</summary>
    private static readonly byte[] _other = new byte[100];

    private readonly Stack<IDisposable> _toDispose = [];
    private readonly string _path;
    private readonly Content _content;
    private readonly Stream? _feed;

    public CopySource(EndKind kind, string path, Content content)
    {
        _path = path;
        _content = content;
        (Endpoint, _feed) = kind switch
        {
            EndKind.Tcp => Sockets(SocketPair.Tcp()),
            EndKind.Unix => Sockets(SocketPair.Unix(path)),
            EndKind.Pipe => Pipe(),
            EndKind.Fifo => Fifo(),
            EndKind.Terminal => Terminal(),
            EndKind.FileStream => (Own(new FileStream(FileWith([]), FileMode.Open, FileAccess.Read)), null),
            EndKind.File => (Own(File.OpenHandle(FileWith([]))), null),
            EndKind.FileAtOffset => (Own(File.OpenHandle(FileWith(_other))), null),
            _ => (Own(Native.Open("/dev/zero", Native.O_RDONLY)), null),
        };

        // These do not end by themselves.
        Length = kind is EndKind.Terminal or EndKind.FileAtOffset or EndKind.Device ? content.Length : null;
        Offset = kind == EndKind.FileAtOffset ? _other.Length : null;
        EndsByClosing = Length is null;
    }

    public TransferEndpoint Endpoint { get; }

    public long? Length { get; }

    public long? Offset { get; }

    private bool EndsByClosing { get; }

    /// <summary>Gives it all that it is to have. On a thread of its own.</summary>
    public bool Feed()
    {
        if (_feed is not null)
        {
            _content.WriteTo(_feed);
            if (EndsByClosing)
            {
                _feed.Dispose();
            }
        }

        return true;
    }

    public void Dispose()
    {
        while (_toDispose.TryPop(out IDisposable? resource))
        {
            resource.Dispose();
        }
    }

    private (TransferEndpoint Endpoint, Stream Feed) Sockets(SocketPair sockets) =>
        (Own(sockets).Near, Own(new NetworkStream(sockets.Far, ownsSocket: true)));

    private (TransferEndpoint Endpoint, Stream Feed) Pipe()
    {
        Pipe pipe = new();
        return (Own(pipe.ReadHandle), Own(new FileStream(pipe.WriteHandle, FileAccess.Write, bufferSize: 0)));
    }

    private (TransferEndpoint Endpoint, Stream Feed) Fifo()
    {
        using SafeFileHandle opener = Native.Open(Native.Fifo(_path), Native.O_RDWR);
        SafeFileHandle source = Own(Native.Open(_path, Native.O_RDONLY));
        return (source, Own(new FileStream(Native.Open(_path, Native.O_WRONLY), FileAccess.Write, bufferSize: 0)));
    }

    private (TransferEndpoint Endpoint, Stream Feed) Terminal()
    {
        (SafeFileHandle master, SafeFileHandle terminal) = Native.RawTerminal();
        return (Own(terminal), Own(new FileStream(master, FileAccess.Write, bufferSize: 0)));
    }

    private string FileWith(byte[] around)
    {
        using FileStream file = File.Create(_path);
        file.Write(around);
        _content.WriteTo(file);
        file.Write(around);
        return _path;
    }

    private T Own<T>(T resource)
        where T : IDisposable
    {
        _toDispose.Push(resource);
        return resource;
    }
}
