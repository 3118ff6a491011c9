using System.Net;
using System.Net.Sockets;

namespace ZeroCopy.Benchmarks;

/// <summary>A TCP relay as it is written with this library; <see cref="StreamRelay"/> is the same without it.</summary>
internal static class CopyRelay
{
    /// <summary>Connects each client to the target, and relays both ways, until the process is killed.</summary>
    public static async Task RunAsync(Socket listener, EndPoint target)
    {
        while (true)
        {
            Socket client = await SpliceSocket.AcceptAsync(listener);
            _ = RelayAsync(client, target);
        }
    }

    /// <summary>What happens to one connection is told, and is no matter to the others.</summary>
    private static async Task RelayAsync(Socket client, EndPoint target)
    {
        using (client)
        {
            try
            {
                using Socket server = await SpliceSocket.ConnectAsync(target);
                client.NoDelay = true;
                server.NoDelay = true;
                await Task.WhenAll(CopyAsync(client, server), CopyAsync(server, client));
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
            {
                await Console.Error.WriteLineAsync(e.Message);
            }
        }
    }

    /// <summary>The end of one direction is handed on, while the other goes on; an error ends both.</summary>
    private static async Task CopyAsync(Socket source, Socket destination)
    {
        try
        {
            await Transfer.CopyAsync(source, destination);
            destination.Shutdown(SocketShutdown.Send);
        }
        catch
        {
            source.Dispose();
            destination.Dispose();
            throw;
        }
    }
}
