using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Api;

/// <summary>The C# of relaying.md, as it stands there.</summary>
internal static class RelayingExamples
{
    public static async Task ServeAllAsync(Socket listener, EndPoint upstream, CancellationToken cancellationToken)
    {
        while (true)
        {
            Socket client = await SpliceSocket.AcceptAsync(listener, cancellationToken);
            _ = ServeAsync(client);
        }

        async Task ServeAsync(Socket client)
        {
            using (client)
            using (Socket server = await SpliceSocket.ConnectAsync(upstream, cancellationToken))
            {
                client.NoDelay = server.NoDelay = true;
                RelayOptions options = new() { IdleTimeout = TimeSpan.FromMinutes(5) };
                RelayResult result = await Transfer.RelayAsync(client, server, options, cancellationToken);
                if (result.End != RelayEnd.Completed)
                {
                    // What was cut off must not look like a good end.
                    client.LingerState = server.LingerState = new LingerOption(enable: true, seconds: 0);
                }
            }
        }
    }

    public static async Task RouteAsync(Socket client, EndPoint http, EndPoint other)
    {
        byte[] hello = new byte[4096];
        int received = await client.ReceiveAsync(hello);
        using Socket server = await SpliceSocket.ConnectAsync(Route(hello.AsSpan(0, received)));
        RelayOptions options = new() { PrefixAToB = hello.AsMemory(0, received) };
        await Transfer.RelayAsync(client, server, options);

        EndPoint Route(ReadOnlySpan<byte> start) => start.StartsWith("GET "u8) ? http : other;
    }

    public static async Task RecordAsync(Socket client, Socket server, string path)
    {
        using FileStream requests = File.Create(path);
        RelayResult result = await Transfer.RelayAsync(client, server, new RelayOptions { TapAToB = requests });
        if (result.AToB.Tap!.Error is ErrnoException e)
        {
            Console.WriteLine($"Only {result.AToB.Tap.BytesDelivered} bytes were recorded: {e.Message}");
        }
    }

    public static async Task ConnectStandardStreamsAsync(Socket server)
    {
        using SafeFileHandle input = new(0, ownsHandle: false);
        using SafeFileHandle output = new(1, ownsHandle: false);
        await Transfer.RelayAsync(TransferEndpoint.Duplex(input, output), server);
    }
}
