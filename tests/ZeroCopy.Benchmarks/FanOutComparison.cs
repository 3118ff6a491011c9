using System.Globalization;

namespace ZeroCopy.Benchmarks;

/// <summary>From one TCP socket to several on loopback, each way in a process of its own, which measures its second transfer; the other ends are C programs.</summary>
internal sealed class FanOutComparison(PeerProgram peer, int mib, int sinks)
{
    /// <summary>That of <see cref="Stream.CopyToAsync(Stream)"/>.</summary>
    private const int BufferSize = 81920;

    private const int LargeBufferSize = 1024 * 1024;

    public static async Task RunAsync(Report report)
    {
        report.Begin(
            "One socket to several",
            """
            From a TCP socket to TCP sockets, each way in a process of its own, whose second transfer is measured; the other ends are C programs. CPU is that of
            the process, for each GiB that is read.
            """);
        using PeerProgram peer = await PeerProgram.BuildAsync("peer");
        foreach (int sinks in (int[])[1, 2, 4, 8, 16])
        {
            await new FanOutComparison(peer, report.Work.Of(1536) / (sinks + 1), sinks).CompareAsync(report);
        }
    }

    private async Task CompareAsync(Report report)
    {
        Comparison ways = new(Expense.Names);
        ways.Add("one read, a write to each NetworkStream", () => PassOnAsync("stream", BufferSize));
        ways.Add("the same, by 1 MiB", () => PassOnAsync("stream", LargeBufferSize));
        ways.Add("Transfer.FanOutAsync", () => PassOnAsync("fanout", BufferSize));
        ways.Add("splice and tee, C", () => PassOnAsync(ports => peer.Start(["fan-out", "0", $"{LargeBufferSize}", .. ports])));
        await ways.RunAsync(report, $"{mib} MiB to {(sinks == 1 ? "1 socket" : $"{sinks} sockets")}");
    }

    /// <summary>Measures once.</summary>
    /// <param name="way">See <see cref="FanOut"/>.</param>
    /// <param name="bufferSize">That of the way that has a buffer.</param>
    /// <returns>As in <see cref="Expense.Names"/>, for what is read.</returns>
    public Task<double[]> PassOnAsync(string way, int bufferSize) => PassOnAsync(
        ports => Child.OfThisProgram("fan-out", way, bufferSize.ToString(CultureInfo.InvariantCulture), "0", string.Join(',', ports)));

    private async Task<double[]> PassOnAsync(Func<string[], Child> start)
    {
        Child[] far = [.. Enumerable.Range(0, sinks).Select(_ => peer.Start("sink", "0"))];
        try
        {
            string[] ports = await Task.WhenAll(far.Select(sink => sink.ReadPortAsync()));
            using Child middle = start(ports);
            string port = await middle.ReadPortAsync();
            for (int i = 0; i < 2; i++)
            {
                using Child send = peer.Start("send", port, $"{mib}");
                await send.WaitAsync();
                await Task.WhenAll(far.Select(sink => Sink.ReadSecondsAsync(sink, mib)));
            }

            Expense expense = Expense.Parse(await middle.ReadLineAsync());
            await middle.WaitAsync();
            return expense.Figures(mib);
        }
        finally
        {
            Array.ForEach(far, sink => sink.Dispose());
        }
    }
}
