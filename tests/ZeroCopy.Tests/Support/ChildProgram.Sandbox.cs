using System.Net.Sockets;

namespace ZeroCopy.Tests.Support;

/// <content>What still works where the calls are forbidden.</content>
internal static partial class ChildProgram
{
    /// <summary>All that is said where seccomp is not to be had.</summary>
    public const string NoSandbox = "no sandbox\n";

    /// <summary>Forbids calls to itself, and then does what the rest of its arguments says.</summary>
    private static int Sandboxed(string calls, string errno, string[] rest)
    {
        if (!Seccomp.TryForbid(calls.Split(','), Enum.Parse<Errno>(errno)))
        {
            Console.Write(NoSandbox);
            return 0;
        }

        return rest is ["relay"] ? Relay() : Main(rest);
    }

    /// <summary>Relays both ways, with a tap of each.</summary>
    private static int Relay()
    {
        byte[] there = Bytes.Random(200_000);
        byte[] back = Bytes.Random(300_000);
        string folder = Directory.CreateTempSubdirectory("zerocopy-").FullName;
        (TransferEndpoint tapThere, Func<byte[]> tappedThere) = Destination("file", Path.Combine(folder, "there"));
        (TransferEndpoint tapBack, Func<byte[]> tappedBack) = Destination("file", Path.Combine(folder, "back"));
        using SocketPair client = SocketPair.Tcp();
        using SocketPair server = SocketPair.Tcp();
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, new RelayOptions { TapAToB = tapThere, TapBToA = tapBack });
        Task<byte[]> atServer = Exchange(server.Far, back);
        Task<byte[]> atClient = Exchange(client.Far, there);
        bool isExact = Task.WhenAll(atServer, atClient).Wait(_patience)
            && atServer.Result.AsSpan().SequenceEqual(there) && atClient.Result.AsSpan().SequenceEqual(back);
        RelayResult result = relay.WaitAsync(_patience).GetAwaiter().GetResult();
        Say($"{result.End} {result.AToB.Path} {result.AToB.FallbackErrno} {result.BToA.Path} {result.BToA.FallbackErrno} {(isExact ? "exact" : "wrong")}");
        Say(tappedThere().AsSpan().SequenceEqual(there) && tappedBack().AsSpan().SequenceEqual(back) ? "taps exact" : "taps wrong");
        Directory.Delete(folder, recursive: true);
        return 0;
    }

    private static Task<byte[]> Exchange(Socket socket, byte[] bytes)
    {
        new Thread(() => SendAll(socket, bytes)) { IsBackground = true }.Start();
        return Task.Factory.StartNew(socket.ReceiveToEnd, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private static void SendAll(Socket socket, byte[] bytes)
    {
        socket.Send(bytes);
        socket.Shutdown(SocketShutdown.Send);
    }
}
