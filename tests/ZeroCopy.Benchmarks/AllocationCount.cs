using System.Net.Sockets;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Benchmarks;

/// <summary>
/// What a copy allocates while it runs: messages through one <see cref="Transfer.CopyAsync"/>, each sent only when the one before has arrived, so
/// that the copy waits for every one of them.
/// </summary>
internal static class AllocationCount
{
    private const int WarmUp = 1_000;
    private const int Messages = 100_000;
    private const int Size = 64;

    /// <summary>The smallest object is 24 bytes: less than this is no object for each message, but a few that the runtime made meanwhile.</summary>
    private const double Limit = 1;

    /// <returns>1 when there is something allocated for each message.</returns>
    public static async Task<int> RunAsync()
    {
        using SocketPair source = SocketPair.Tcp();
        using SocketPair destination = SocketPair.Tcp();
        source.Near.NoDelay = true;
        destination.Near.NoDelay = true;
        destination.Far.ReceiveTimeout = (int)TimeSpan.FromSeconds(10).TotalMilliseconds;

        long allocated = 0;
        Thread pinger = new(() =>
        {
            Ping(source.Near, destination.Far, WarmUp);
            long before = GC.GetTotalAllocatedBytes(precise: true);
            Ping(source.Near, destination.Far, Messages);
            allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
            source.Near.Shutdown(SocketShutdown.Send);
        });
        Task<CopyResult> copy = Transfer.CopyAsync(source.Far, destination.Near).AsTask();
        pinger.Start();
        CopyResult result = await copy;
        pinger.Join();

        double each = (double)allocated / Messages;
        Console.WriteLine($"{Messages} messages of {Size} bytes, after {WarmUp} more, through one copy, which took them by {result.Path}");
        Console.WriteLine($"and waited {result.Statistics.SourceWaits} times: {allocated} bytes allocated by the process,");
        Console.WriteLine($"{each:F3} for each message. {Machine.Description}");
        return each < Limit ? 0 : 1;
    }

    private static void Ping(Socket to, Socket from, int count)
    {
        Span<byte> message = stackalloc byte[Size];
        for (int i = 0; i < count; i++)
        {
            to.Send(message);
            for (int got = 0; got < Size;)
            {
                got += from.Receive(message[got..]);
            }
        }
    }
}
