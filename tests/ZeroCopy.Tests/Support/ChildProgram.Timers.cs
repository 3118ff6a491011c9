namespace ZeroCopy.Tests.Support;

/// <content>Relays that end just as their timers fire.</content>
internal static partial class ChildProgram
{
    private const int TimedRelays = 20_000;

    /// <summary>
    /// Each is cancelled about when its idle timer looks whether it is idle, which it is not: a byte has just come. What throws on the timer's thread ends the
    /// process.
    /// </summary>
    private static void EndRelaysAsTheirTimersFire()
    {
        const int AtOnce = 100;
        int left = TimedRelays;
        int ended = 0;
        Task[] all = [.. Enumerable.Range(0, AtOnce).Select(_ => Task.Run(async () =>
        {
            using SocketPair client = SocketPair.Tcp();
            using SocketPair server = SocketPair.Tcp();
            while (Interlocked.Decrement(ref left) >= 0)
            {
                using CancellationTokenSource cancellation = new();
                RelayOptions options = new() { IdleTimeout = TimeSpan.FromMilliseconds(2) };
                Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, options, cancellation.Token);
                client.Far.Send([1]);
                cancellation.CancelAfter(TimeSpan.FromMilliseconds(3));
                await ((Task)relay).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                Interlocked.Increment(ref ended);
            }
        }))];
        Say(Task.WaitAll(all, TimeSpan.FromMinutes(4)) ? $"{ended} ended" : "stuck");
    }
}
