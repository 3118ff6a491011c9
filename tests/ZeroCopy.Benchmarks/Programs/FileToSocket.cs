using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;

namespace ZeroCopy.Benchmarks;

/// <summary>Sends a file to whoever listens, in a process of its own, so that what that took is this transfer's alone.</summary>
internal static class FileToSocket
{
    /// <summary>Once to warm up, and once more, of which it tells the expense.</summary>
    public static async Task RunAsync(string way, string path, EndPoint target, int bufferSize)
    {
        await SendAsync(way, path, target, bufferSize);
        Console.WriteLine(await SendAsync(way, path, target, bufferSize));
    }

    private static async Task<Expense> SendAsync(string way, string path, EndPoint target, int bufferSize)
    {
        using Socket socket = way == "copy" ? await SpliceSocket.ConnectAsync(target) : await Loopback.ConnectAsync(target);
        await using FileStream file = File.OpenRead(path);
        return await Expense.OfAsync(async () =>
        {
            switch (way)
            {
                case "sendfile":
                    await socket.SendFileAsync(path);
                    break;
                case "copy":
                    await StraightCopy.RunAsync(file, socket);
                    break;
                case "pipelines":
                    await PipeReader.Create(file).CopyToAsync(new NetworkStream(socket));
                    break;
                default:
                    await file.CopyToAsync(new NetworkStream(socket), bufferSize);
                    break;
            }
        });
    }
}
