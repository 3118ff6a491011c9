using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ZeroCopy.Benchmarks;

/// <summary>What open relays cost that have nothing to do: as many as the descriptors suffice for, in this process, between two others.</summary>
internal sealed class IdleRelays(Report report, int count)
{
    private readonly List<Socket> _sockets = new(2 * count);

    public static async Task RunAsync(Report report)
    {
        report.BeginOnce("Relays that wait", "In one process; clients and servers are processes of their own. Measured once, for five seconds each.");
        using PeerProgram crowd = await PeerProgram.BuildAsync("crowd");
        await new IdleRelays(report, report.Work.Of(9_500)).RunAsync(crowd);
    }

    private async Task RunAsync(PeerProgram crowd)
    {
        // What the library and the runtime keep from their first use on.
        await RelayAsync(crowd, 10, quiet: true);
        (int sockets, int pipes, int threads) = (Open("socket"), Open("pipe"), ThreadsOfThis());
        await RelayAsync(crowd, count, quiet: false);
        report.Paragraph($"all closed: {Open("socket") - sockets} sockets, {Open("pipe") - pipes} pipes and {ThreadsOfThis() - threads} threads more than before");
        await MeasureRestAsync("nothing parked");
    }

    private async Task RelayAsync(PeerProgram crowd, int relays, bool quiet)
    {
        using Child far = crowd.Start("echo", "0");
        EndPoint target = Loopback.At(await far.ReadPortAsync());
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(Loopback.At("0"));
        listener.Listen();
        Task<RelayResult>[] running;
        using (Child near = crowd.Start("hold", $"{((IPEndPoint)listener.LocalEndPoint!).Port}", $"{relays}"))
        {
            await ConnectAsync(listener, target, relays);
            await near.ReadLineAsync();
            running = await StartAsync(quiet);
        }

        RelayResult[] results = await Task.WhenAll(running);
        if (results.Any(result => result.End != RelayEnd.Completed))
        {
            throw new InvalidOperationException("A relay failed.");
        }

        _sockets.ForEach(socket => socket.Dispose());
    }

    private async Task ConnectAsync(Socket listener, EndPoint target, int relays)
    {
        _sockets.Clear();
        for (int i = 0; i < relays; i++)
        {
            _sockets.Add(await SpliceSocket.AcceptAsync(listener));
            _sockets.Add(await SpliceSocket.ConnectAsync(target));
        }
    }

    private async Task<Task<RelayResult>[]> StartAsync(bool quiet)
    {
        int pipes = Open("pipe");
        int threads = ThreadsOfThis();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        Task<RelayResult>[] running = [.. _sockets.Chunk(2).Select(pair => Transfer.RelayAsync(pair[0], pair[1]))];
        long each = (GC.GetTotalMemory(forceFullCollection: true) - before) / running.Length;
        if (!quiet)
        {
            report.Paragraph($"""
                {running.Length} relays that wait: {each} bytes of managed memory for each beyond its sockets, {Open("pipe") - pipes} pipes and
                {ThreadsOfThis() - threads} threads more than without them.
                """);
            await MeasureRestAsync("all parked");
        }

        return running;
    }

    /// <summary>The CPU time of some seconds in which nothing happens.</summary>
    private async Task MeasureRestAsync(string state)
    {
        const int Seconds = 5;
        using PeriodicTimer timer = new(TimeSpan.FromSeconds(Seconds));
        await timer.WaitForNextTickAsync();
        TimeSpan before = Environment.CpuUsage.TotalTime;
        await timer.WaitForNextTickAsync();
        report.Paragraph($"{state}: {(Environment.CpuUsage.TotalTime - before).TotalMilliseconds / Seconds:F1} ms of CPU a second");
    }

    private static int ThreadsOfThis()
    {
        using Process self = Process.GetCurrentProcess();
        return self.Threads.Count;
    }

    private static int Open(string kind) =>
        Directory.GetFiles("/proc/self/fd").Count(fd => new FileInfo(fd).LinkTarget?.StartsWith($"{kind}:", StringComparison.Ordinal) == true);
}
