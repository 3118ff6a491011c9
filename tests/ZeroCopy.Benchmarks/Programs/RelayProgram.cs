using System.ComponentModel;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Benchmarks;

/// <summary>A TCP relay as it is written with this library, or without.</summary>
internal sealed class RelayProgram(string way, EndPoint target, int pipeCapacity)
{
    private const int LargeBufferSize = 1024 * 1024;

    private readonly bool _isOurs = way is "splice" or "copy";
    private readonly RelayOptions _options = new() { PipeCapacity = pipeCapacity };

    /// <summary>Connects each client to the target, and relays both ways, until the process is killed.</summary>
    /// <param name="listener">Where clients come to.</param>
    public async Task RunAsync(Socket listener)
    {
        // Without splice the library reads and writes, on the same loop and by the same rules.
        if (way == "copy" && !Seccomp.TryForbid(["splice"], Errno.EPERM))
        {
            throw new Win32Exception();
        }

        while (true)
        {
            Socket client = _isOurs ? await SpliceSocket.AcceptAsync(listener) : await listener.AcceptAsync();
            _ = RelayAsync(client);
        }
    }

    /// <summary>What happens to one connection is told, and is no matter to the others.</summary>
    private async Task RelayAsync(Socket client)
    {
        using (client)
        {
            try
            {
                using Socket server = _isOurs ? await SpliceSocket.ConnectAsync(target) : await Loopback.ConnectAsync(target);
                client.NoDelay = true;
                server.NoDelay = true;
                await (_isOurs ? Transfer.RelayAsync(client, server, _options) : RelayByStreamsAsync(client, server));
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
            {
                await Console.Error.WriteLineAsync(e.Message);
            }
        }
    }

    private async Task RelayByStreamsAsync(Socket client, Socket server)
    {
        await using NetworkStream near = new(client);
        await using NetworkStream far = new(server);
        await Task.WhenAll(PassOnAsync(near, far), PassOnAsync(far, near));
    }

    /// <summary>The end of one direction is handed on, while the other goes on; an error ends both.</summary>
    private async Task PassOnAsync(NetworkStream source, NetworkStream destination)
    {
        try
        {
            await (way switch
            {
                "stream" => source.CopyToAsync(destination),
                "large-stream" => source.CopyToAsync(destination, LargeBufferSize),
                "pipelines" => PipeReader.Create(source).CopyToAsync(destination),
                _ => throw new InvalidOperationException(way),
            });
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
