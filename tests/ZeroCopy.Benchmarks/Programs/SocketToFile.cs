using System.Net.Sockets;

namespace ZeroCopy.Benchmarks;

/// <summary>Receives into a file, in a process of its own, so that what that took is this transfer's alone.</summary>
internal static class SocketToFile
{
    /// <summary>Two connections, one to warm up, and one of which it tells the expense.</summary>
    public static async Task RunAsync(string way, string path, Socket listener)
    {
        await ReceiveAsync(way, path, listener);
        Console.WriteLine(await ReceiveAsync(way, path, listener));
    }

    private static async Task<Expense> ReceiveAsync(string way, string path, Socket listener)
    {
        using Socket socket = way == "copy" ? await SpliceSocket.AcceptAsync(listener) : await listener.AcceptAsync();
        await using FileStream file = File.Create(path);
        return await Expense.OfAsync(async () =>
        {
            if (way == "copy")
            {
                await StraightCopy.RunAsync(socket, file);
            }
            else
            {
                await using NetworkStream stream = new(socket);
                await stream.CopyToAsync(file);
            }
        });
    }
}
