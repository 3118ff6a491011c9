using System.IO.Pipelines;
using System.Net.Sockets;

namespace ZeroCopy.Benchmarks;

/// <summary>Receives into a file, in a process of its own, so that what that took is this transfer's alone.</summary>
internal static class SocketToFile
{
    /// <summary>Two connections, one to warm up, and one of which it tells the expense.</summary>
    public static async Task RunAsync(string way, string path, Socket listener, int bufferSize)
    {
        await ReceiveAsync(way, path, listener, bufferSize);
        Console.WriteLine(await ReceiveAsync(way, path, listener, bufferSize));
    }

    private static async Task<Expense> ReceiveAsync(string way, string path, Socket listener, int bufferSize)
    {
        using Socket socket = way == "copy" ? await SpliceSocket.AcceptAsync(listener) : await listener.AcceptAsync();
        await using FileStream file = File.Create(path);
        return await Expense.OfAsync(() => way switch
        {
            "copy" => StraightCopy.RunAsync(socket, file),
            "pipelines" => PipeReader.Create(new NetworkStream(socket)).CopyToAsync(file),
            _ => new NetworkStream(socket).CopyToAsync(file, bufferSize),
        });
    }
}
