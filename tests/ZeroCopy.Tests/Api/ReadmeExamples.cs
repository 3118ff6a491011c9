using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Api;

/// <summary>The C# of README, as it stands there.</summary>
internal static class ReadmeExamples
{
    public static void SendFile(string path, Socket socket)
    {
        using SafeFileHandle file = File.OpenHandle(path);
        using Pipe pipe = new();
        long moved;
        while ((moved = Splice.Move(file, pipe.WriteHandle, 1 << 20)) > 0)
        {
            while (moved > 0)
            {
                moved -= Splice.Move(pipe.ReadHandle, socket.SafeHandle, moved);
            }
        }
    }

    public static long MoveIfReady(SafeHandle source, Pipe pipe)
    {
        Errno errno = Splice.TryMove(source, pipe.WriteHandle, 4096, SpliceFlags.NonBlock, out long moved);
        if (errno == Errno.EAGAIN)
        {
            // Not ready: wait, then try again. The end is Errno.None and a count of 0.
        }

        return moved;
    }

    public static async Task ProxyAsync(Socket client, EndPoint upstream)
    {
        using Socket server = await SpliceSocket.ConnectAsync(upstream);
        RelayOptions options = new() { IdleTimeout = TimeSpan.FromMinutes(5) };
        RelayResult result = await Transfer.RelayAsync(client, server, options);
        Console.WriteLine($"{result.End}: {result.BytesAToB} bytes there, {result.BytesBToA} back");
    }

    public static async Task CopyAsync(TransferEndpoint source, TransferEndpoint destination)
    {
        CopyResult result = await Transfer.CopyAsync(source, destination);
        Console.WriteLine($"{result.BytesCopied} bytes, by {result.Path}");
    }

    public static async Task FanOutAsync(TransferEndpoint source, TransferEndpoint archive, TransferEndpoint viewer, TransferEndpoint backup)
    {
        FanOutOptions options = new() { SlowSinkTimeout = TimeSpan.FromSeconds(10) };
        FanOutResult result = await Transfer.FanOutAsync(source, [archive, viewer, backup], options);
        foreach (SinkResult sink in result.Sinks)
        {
            Console.WriteLine($"{sink.BytesDelivered} of {result.BytesRead} bytes {sink.Error?.Message}");
        }
    }

    public static async Task CopyToTheOtherAsync(TransferEndpoint source, TransferEndpoint first, TransferEndpoint second)
    {
        try
        {
            await Transfer.CopyAsync(source, first);
        }
        catch (TransferException e) when (e.Side == TransferSide.Destination)
        {
            // What was read and not delivered goes first, then the rest of the source.
            await Transfer.CopyAsync(source, second, e.Resume);
        }
    }

    public static void Write(Pipe pipe, IEnumerable<ReadOnlyMemory<byte>> chunks)
    {
        using VmSpliceWriter writer = new(pipe.WriteHandle);
        foreach (ReadOnlyMemory<byte> chunk in chunks)
        {
            chunk.Span.CopyTo(writer.GetSpan(chunk.Length)); // or compute the bytes there at once
            writer.Advance(chunk.Length);
            if (writer.UnflushedBytes >= 256 * 1024)
            {
                writer.Flush();
            }
        }
    }
}
