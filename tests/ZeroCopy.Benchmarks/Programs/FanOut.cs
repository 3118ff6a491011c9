using System.Net;
using System.Net.Sockets;

namespace ZeroCopy.Benchmarks;

/// <summary>Passes what one socket receives on to several, in a process of its own, so that what that took is this transfer's alone.</summary>
internal static class FanOut
{
    /// <summary>Two connections, one to warm up, and one of which it tells the expense.</summary>
    public static async Task RunAsync(string way, int bufferSize, Socket listener, EndPoint[] targets)
    {
        await PassOnAsync(way, bufferSize, listener, targets);
        Console.WriteLine(await PassOnAsync(way, bufferSize, listener, targets));
    }

    private static async Task<Expense> PassOnAsync(string way, int bufferSize, Socket listener, EndPoint[] targets)
    {
        bool isOurs = way == "fanout";
        using Socket source = isOurs ? await SpliceSocket.AcceptAsync(listener) : await listener.AcceptAsync();
        Socket[] sinks = await Task.WhenAll(targets.Select(target => isOurs ? SpliceSocket.ConnectAsync(target).AsTask() : Loopback.ConnectAsync(target)));
        try
        {
            return await Expense.OfAsync(() => isOurs ? FanOutAsync(source, sinks) : LoopAsync(source, sinks, bufferSize));
        }
        finally
        {
            Array.ForEach(sinks, sink => sink.Dispose());
        }
    }

    private static async Task FanOutAsync(Socket source, Socket[] sinks)
    {
        FanOutResult result = await Transfer.FanOutAsync(source, [.. sinks]);
        if (result.SourceError != Errno.None || result.Sinks.Any(sink => sink.Error is not null || sink.FallbackErrno != Errno.None))
        {
            throw new InvalidOperationException($"{result.SourceError} {string.Join(' ', result.Sinks.Select(sink => $"{sink.FallbackErrno} {sink.Error}"))}");
        }
    }

    private static async Task LoopAsync(Socket source, Socket[] sinks, int bufferSize)
    {
        await using NetworkStream input = new(source);
        NetworkStream[] outputs = [.. sinks.Select(sink => new NetworkStream(sink))];
        byte[] buffer = new byte[bufferSize];
        int count;
        while ((count = await input.ReadAsync(buffer)) > 0)
        {
            foreach (NetworkStream output in outputs)
            {
                await output.WriteAsync(buffer.AsMemory(0, count));
            }
        }
    }
}
