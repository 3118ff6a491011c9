using System.IO.Pipes;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace ZeroCopy;

/// <content>Finds out what an endpoint is, refuses what cannot be transferred, and makes the rest ready.</content>
internal sealed partial class Side
{
    /// <summary>That of a block device is not asked for.</summary>
    private const long SizeOfDevice = long.MaxValue;

    /// <summary>The stream whose position the transfer starts from and moves on, or null.</summary>
    private FileStream? _positioned;

    /// <summary>Whether what is written goes to the end of the file, wherever that is.</summary>
    private bool _appends;
    private long _size;
    private long _position;
    private (ulong Device, ulong Inode) _identity;
    private (uint Major, uint Minor) _device;

    /// <summary>Makes a side of an endpoint. Nothing is read, written or changed.</summary>
    /// <exception cref="ArgumentException">It cannot be that side of a transfer.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public static Side Open(TransferEndpoint endpoint, TransferSide role, long? offset, string parameter)
    {
        object owner = endpoint.On(role) ?? throw new ArgumentException("The endpoint is the default one, or was made of null.", parameter);
        SafeHandle handle = HandleOf(owner);
        ObjectDisposedException.ThrowIf(handle.IsClosed, owner);
        Side side = new(role, owner, handle);
        side.Inspect(parameter);
        side.SetOffset(offset, parameter);
        return side;
    }

    /// <summary>Whether two sides are the same descriptor, or descriptors of the same thing.</summary>
    public static bool AreSame(Side one, Side other) => one.Kind == other.Kind && one._identity == other._identity;

    /// <summary>Whether two destinations are the same file, each at a position of its own in it.</summary>
    public static bool WriteOverEachOther(Side one, Side other) =>
        one.Kind == EndpointKind.File && AreSame(one, other) && !(one._appends && other._appends);

    /// <summary>Refuses to copy a pipe into itself, and a file over a part of itself.</summary>
    /// <returns>How much there is to copy at most: of a file that is copied to its own end, what it had in the beginning.</returns>
    public static long? LimitOf(Side source, Side destination, long? length, int prefix, string parameter)
    {
        if (!AreSame(source, destination))
        {
            return length;
        }

        if (source.Kind == EndpointKind.Pipe)
        {
            throw new ArgumentException("The source and the destination are the same pipe.", parameter);
        }

        if (source.Kind != EndpointKind.File)
        {
            return length;
        }

        long from = source.Position();
        long to = destination._appends ? destination._size : destination.Position();
        long count = Math.Min(length ?? long.MaxValue, Math.Max(source._size - from, 0));
        return count > 0 && from < to + prefix + count && to < from + count
            ? throw new ArgumentException("The source and the destination are the same file, and their ranges overlap.", parameter)
            : count;
    }

    /// <summary>Makes it so that its calls do not wait, or else known that they do.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed meanwhile.</exception>
    public void MakeReady()
    {
        Foresee();
        if (Kind == EndpointKind.Terminal && !Interop.IsNonBlocking(Handle))
        {
            ReopenOrWaitFirst();
        }
        else if (IsKnownToDotNet && !Interop.IsNonBlocking(Handle))
        {
            MakeNonBlocking();
        }
    }

    /// <summary>Finds out how it is to be used, as far as that is certain while nothing is changed.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed meanwhile.</exception>
    public void Foresee()
    {
        switch (Kind)
        {
            case EndpointKind.File:
                // Files without a size that are read are the kernel's, some of which wait for things to happen, and can be waited for.
                Blocks = true;
                WaitsFirst = _size == 0 && _role == TransferSide.Source;
                _position = Position();
                break;
            case EndpointKind.Device:
                Blocks = WaitsFirst = _device != _null;
                break;
            case EndpointKind.Terminal:
                // In some modes a terminal says nothing by 0 when nothing has been typed.
                WaitsFirst = _role == TransferSide.Source;
                break;
            case EndpointKind.Socket when !IsKnownToDotNet && !Interop.IsNonBlocking(Handle):
                // A socket that .NET does not know as one. Its flag may be another process's too, and is left alone: only recv and send can be told
                // for each call not to wait, and splice from a unix socket.
                Copies = !(_role == TransferSide.Source && Interop.GetSocketFamily(Handle, out int family) == Errno.None && family == Interop.AF_UNIX);
                break;
        }
    }

    private static SafeHandle HandleOf(object owner) => owner switch
    {
        Socket socket => socket.SafeHandle,
        NetworkStream stream => stream.Socket.SafeHandle,
        FileStream stream => stream.SafeFileHandle, // Which writes what the stream has buffered, and moves the descriptor to its position.
        PipeStream stream => stream.SafePipeHandle,
        _ => (SafeHandle)owner,
    };

    private void Inspect(string parameter)
    {
        Errno errno = Interop.GetFileStatus(Handle, out int type, out _identity, out _device, out _size);
        if (errno != Errno.None)
        {
            throw new ArgumentException($"The handle is not that of an open descriptor: {new ErrnoException(errno, "statx").Message}", parameter);
        }

        Kind = type switch
        {
            Interop.S_IFREG or Interop.S_IFBLK => EndpointKind.File,
            Interop.S_IFIFO => EndpointKind.Pipe,
            Interop.S_IFSOCK => EndpointKind.Socket,
            Interop.S_IFCHR => Interop.IsTerminal(Handle) ? EndpointKind.Terminal : EndpointKind.Device,
            Interop.S_IFDIR => throw new ArgumentException("A directory has no bytes to transfer.", parameter),
            _ => throw new ArgumentException("The descriptor is no stream of bytes: it is an epoll, an eventfd, or something else of that kind.", parameter),
        };

        if (type == Interop.S_IFBLK)
        {
            // Of a device the status has no size, and several names.
            _identity = (_device.Major, _device.Minor);
            _size = SizeOfDevice;
        }

        _ = Interop.GetStatusFlags(Handle, out long flags);
        _appends = _role == TransferSide.Destination && (flags & Interop.O_APPEND) != 0;
        long needed = _role == TransferSide.Source ? Interop.O_RDONLY : Interop.O_WRONLY;
        long mode = flags & Interop.O_ACCMODE;
        if ((flags & Interop.O_PATH) != 0 || (mode != needed && mode is Interop.O_RDONLY or Interop.O_WRONLY))
        {
            throw new ArgumentException($"It is not open for {(_role == TransferSide.Source ? "reading" : "writing")}.", parameter);
        }

        if (Kind == EndpointKind.Socket && (Interop.GetSocketType(Handle, out int socketType) != Errno.None || socketType != Interop.SOCK_STREAM))
        {
            throw new ArgumentException("The socket is no stream socket: messages would be joined or cut.", parameter);
        }
    }

    private void SetOffset(long? offset, string parameter)
    {
        if (offset is not null && Kind != EndpointKind.File)
        {
            throw new ArgumentException("An offset was given for what has none: only files and block devices have.", parameter);
        }

        if (offset is not null && _appends)
        {
            throw new ArgumentException("An offset was given for a file that is open for appending.", parameter);
        }

        Offset = offset;
        if (offset is null && Kind == EndpointKind.File && !_appends && _owner is FileStream stream)
        {
            Offset = stream.Position;
            _positioned = stream;
        }
    }

    private long Position() => Offset ?? (Interop.Seek(Handle, 0, Interop.SEEK_CUR, out long position) == Errno.None ? position : 0);
}
