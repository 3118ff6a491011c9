using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Api;

/// <summary>The C# of doc comments, as it stands there, where no page has it.</summary>
internal static class XmlDocExamples
{
    public static void Send(string path, Socket socket)
    {
        using SafeFileHandle file = File.OpenHandle(path);
        using Pipe pipe = new();
        long moved;
        while ((moved = Splice.Move(file, pipe.WriteHandle, 65536)) > 0)
        {
            while (moved > 0)
            {
                moved -= Splice.Move(pipe.ReadHandle, socket.SafeHandle, moved);
            }
        }
    }

    public static (bool IsEmpty, bool IsAtTheEnd) Look(Pipe pipe)
    {
        byte[] buffer = new byte[4096];
        Errno errno = VmSplice.TryFill(pipe.ReadHandle, buffer, SpliceFlags.NonBlock, out long filled);
        bool isEmpty = errno == Errno.EAGAIN;
        bool isAtTheEnd = errno == Errno.None && filled == 0;
        return (isEmpty, isAtTheEnd);
    }

    public static byte[] Start(SafeFileHandle file)
    {
        using Pipe pipe = new(capacity: 65536);
        Splice.Move(file, pipe.WriteHandle, pipe.Capacity);
        pipe.WriteHandle.Dispose(); // After these bytes, who reads finds the end.
        return pipe.ReadToEnd();
    }

    public static void MoveOnce(SafeHandle source, SafeHandle destination)
    {
        Pipe pipe = PipePool.Shared.Rent();
        try
        {
            long left = Splice.Move(source, pipe.WriteHandle, 65536);
            while (left > 0)
            {
                left -= Splice.Move(pipe.ReadHandle, destination, left);
            }
        }
        finally
        {
            PipePool.Shared.Return(pipe); // Kept only if it is empty and as it was, else closed.
        }
    }

    public static async Task<(Errno Errno, long Moved)> DrainAsync(Pipe pipe, SafeHandle socket, CancellationToken cancellationToken)
    {
        long moved;
        Errno errno;
        while ((errno = Splice.TryMove(pipe.ReadHandle, socket, 65536, SpliceFlags.NonBlock, out moved)) == Errno.EAGAIN)
        {
            await FdReadiness.WaitWritableAsync(socket, cancellationToken);
        }

        return (errno, moved);
    }

    public static async Task ServeOneAsync(Socket listener, EndPoint upstream, CancellationToken cancellationToken)
    {
        using Socket client = await SpliceSocket.AcceptAsync(listener, cancellationToken);
        using Socket server = await SpliceSocket.ConnectAsync(upstream, cancellationToken);
        await Transfer.RelayAsync(client, server, cancellationToken: cancellationToken);
    }

    public static void HandOver(ReadOnlySpan<byte> picture, Pipe pipe)
    {
        using PageBuffer buffer = new(picture.Length, hugePages: true);
        picture.CopyTo(buffer.Span); // Or make it there at once.
        while (buffer.BytesMapped < buffer.Length)
        {
            buffer.MapInto(pipe.WriteHandle); // Waits where the pipe is full.
        }
    }
}
