using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace ZeroCopy.Tests.Api;

/// <summary>The C# of pipes.md, as it stands there.</summary>
internal static class PipesExamples
{
    public static void Open()
    {
        using Pipe pipe = new(capacity: 1 << 20, nonBlocking: true);
        Console.WriteLine($"{pipe.BytesAvailable} of {pipe.Capacity} bytes, at most {Pipe.MaxCapacity}");
    }

    public static int Exchange(Pipe pipe, byte[] greeting, byte[] buffer)
    {
        using FileStream writer = new(pipe.WriteHandle, FileAccess.Write, bufferSize: 0);
        using FileStream reader = new(pipe.ReadHandle, FileAccess.Read, bufferSize: 0);
        writer.Write(greeting);
        int count = reader.Read(buffer); // 0 at the end.
        return count;
    }

    public static long MoveOnce(SafeHandle source, SafeHandle destination)
    {
        long moved;
        long drained;
        Pipe pipe = PipePool.Shared.Rent();
        try
        {
            moved = Splice.Move(source, pipe.WriteHandle, 1 << 16);
            drained = Splice.Move(pipe.ReadHandle, destination, moved);
        }
        finally
        {
            PipePool.Shared.Return(pipe); // Kept only if it is empty and as it was, else closed.
        }

        return drained;
    }

    public static async Task<(Errno Errno, long Moved)> DrainAsync(Pipe pipe, SafeHandle socket, CancellationToken cancellationToken)
    {
        long moved;
        Errno errno;
        while ((errno = Splice.TryMove(pipe.ReadHandle, socket, 1 << 20, SpliceFlags.NonBlock, out moved))
            == Errno.EAGAIN)
        {
            await FdReadiness.WaitWritableAsync(socket, cancellationToken);
        }

        return (errno, moved);
    }

    public static void MakeNonBlocking(Socket socket)
    {
        socket.Blocking = false;
        socket.Blocking = true; // The descriptor stays O_NONBLOCK, and synchronous calls wait as before.
    }
}
