using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Api;

/// <summary>The C# of copying.md, as it stands there.</summary>
internal static class CopyingExamples
{
    public static async Task<long> SendAsync(string path, Socket socket, CancellationToken cancellationToken)
    {
        using FileStream file = File.OpenRead(path);
        CopyResult result = await Transfer.CopyAsync(file, socket, cancellationToken: cancellationToken);
        return result.BytesCopied;
    }

    public static async Task<bool> SaveAsync(Socket upload, FileStream file, long contentLength)
    {
        CopyResult result = await upload.SpliceToAsync(file, new CopyOptions { Length = contentLength });
        return result.BytesCopied == contentLength;
    }

    public static async Task SendStreamAsync(Stream stream, Socket socket)
    {
        if (TransferEndpoint.TryFrom(stream, out TransferEndpoint source))
        {
            await Transfer.CopyAsync(source, socket);
        }
        else
        {
            // An SslStream, a GZipStream, a MemoryStream: the bytes are not in a descriptor.
            await stream.CopyToAsync(new NetworkStream(socket));
        }
    }

    public static async Task SendRangeAsync(SafeFileHandle file, long offset, long count, Socket socket)
    {
        CopyOptions range = new() { SourceOffset = offset, Length = count };
        CopyResult sent = await Transfer.CopyAsync(file, socket, range);
        if (sent.BytesCopied < count)
        {
            throw new EndOfStreamException("The file is shorter than that.");
        }
    }

    public static async Task SaveBodyAsync(Socket client, byte[] buffer, int received, int headerLength, long bodyLength, FileStream file)
    {
        ReadOnlyMemory<byte> start = buffer.AsMemory(headerLength, received - headerLength);
        CopyOptions rest = new() { Prefix = start, Length = bodyLength - start.Length };
        await Transfer.CopyAsync(client, file, rest);
    }

    public static async Task<CopyOptions?> CopyUntilAsync(
        TransferEndpoint source, TransferEndpoint destination, CopyOptions? options, CancellationToken cancellationToken)
    {
        try
        {
            await Transfer.CopyAsync(source, destination, options, cancellationToken);
        }
        catch (TransferCanceledException e)
        {
            // Later, with a new token: not a byte is lost, and none comes twice.
            return e.Resume!;
        }

        return null;
    }
}
