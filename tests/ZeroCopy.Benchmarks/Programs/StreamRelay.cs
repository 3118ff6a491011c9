using System.Net;
using System.Net.Sockets;

namespace ZeroCopy.Benchmarks;

/// <summary>A TCP relay as it is written without this library, which is what <see cref="CopyRelay"/> is measured against.</summary>
internal static class StreamRelay
{
    /// <summary>Connects each client to the target, and relays both ways, until the process is killed.</summary>
    public static async Task RunAsync(Socket listener, EndPoint target)
    {
        while (true)
        {
            Socket client = await listener.AcceptAsync();
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
                using Socket server = await Loopback.ConnectAsync(target);
                client.NoDelay = true;
                server.NoDelay = true;
                await using NetworkStream near = new(client);
                await using NetworkStream far = new(server);
                await Task.WhenAll(CopyAsync(near, far), CopyAsync(far, near));
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
            {
                await Console.Error.WriteLineAsync(e.Message);
            }
        }
    }

    /// <summary>The end of one direction is handed on, while the other goes on; an error ends both.</summary>
    private static async Task CopyAsync(NetworkStream source, NetworkStream destination)
    {
        try
        {
            await source.CopyToAsync(destination);
            destination.Socket.Shutdown(SocketShutdown.Send);
        }
        catch
        {
            source.Socket.Dispose();
            destination.Socket.Dispose();
            throw;
        }
    }
}
