using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ZeroCopy.Processes.Tests.Soak;

/// <summary>Sends back what comes, until the end. What a client says first is who it is, and after how many bytes it wants to be reset.</summary>
internal sealed class EchoServer : IDisposable
{
    private const int BufferSize = 64 * 1024;
    private const int HelloSize = 2 * sizeof(int);

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _ends = new();
    private int _open;

    public EchoServer()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _ = AcceptAsync();
    }

    public EndPoint Address => _listener.LocalEndPoint!;

    /// <summary>How many connections there are.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>What a client has to say first.</summary>
    /// <param name="id">Who it is.</param>
    /// <param name="resetAfter">After how many bytes more it wants to be reset; 0 for never.</param>
    public static byte[] Hello(int id, int resetAfter = 0)
    {
        byte[] hello = new byte[HelloSize];
        BinaryPrimitives.WriteInt32LittleEndian(hello, id);
        BinaryPrimitives.WriteInt32LittleEndian(hello.AsSpan(sizeof(int)), resetAfter);
        return hello;
    }

    /// <summary>When a client's connection has ended here, however it did. To be asked before it says who it is.</summary>
    public Task EndOf(int id) => _ends.GetOrAdd(id, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Dispose() => _listener.Dispose();

    private static async Task EchoAsync(Socket socket, byte[] buffer, int resetAfter)
    {
        long sum = 0;
        int count;
        while ((count = await socket.ReceiveAsync(buffer)) > 0)
        {
            sum += count;
            if (resetAfter > 0 && sum >= resetAfter)
            {
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
                return;
            }

            await socket.SendAsync(buffer.AsMemory(0, count));
        }

        socket.Shutdown(SocketShutdown.Send);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        Interlocked.Increment(ref _open);
        byte[] buffer = new byte[BufferSize];
        int id = 0;
        try
        {
            using (socket)
            {
                socket.NoDelay = true;
                int count;
                for (int filled = 0; filled < HelloSize; filled += count)
                {
                    count = await socket.ReceiveAsync(buffer.AsMemory(filled, HelloSize - filled));
                    if (count == 0)
                    {
                        return;
                    }
                }

                id = BinaryPrimitives.ReadInt32LittleEndian(buffer);
                int resetAfter = BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(sizeof(int)));
                await socket.SendAsync(buffer.AsMemory(0, HelloSize));
                await EchoAsync(socket, buffer, resetAfter);
            }
        }
        catch (SocketException)
        {
            // The client reset it, or the relay gave it up.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
            if (_ends.TryRemove(id, out TaskCompletionSource? end))
            {
                end.SetResult();
            }
        }
    }
}
