namespace ZeroCopy.Benchmarks;

/// <summary>
/// Files in memory to and from TCP sockets on loopback, each way in a process of its own, which measures its second transfer; the other end is a
/// C program.
/// </summary>
internal sealed class FileComparison(CProgram peer, string path, int mib)
{
    public static async Task RunAsync(string[] arguments)
    {
        Dictionary<string, int> options = Options.Parse(arguments, ("--rounds", 9), ("--mib", 2048));
        using CProgram peer = await CProgram.BuildAsync("peer");
        string path = $"/dev/shm/zerocopy-{Environment.ProcessId}";
        FileComparison files = new(peer, path, options["--mib"]);
        try
        {
            await files.SendAsync(options["--rounds"]);
            await files.ReceiveAsync(options["--rounds"]);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Has a process receive into a file, and measure that.</summary>
    public static async Task<double[]> ReceiveAsync(CProgram peer, string path, int mib, string way)
    {
        using Child receiver = Child.OfThisProgram("socket-to-file", way, path, "0");
        string port = await receiver.ReadPortAsync();
        for (int i = 0; i < 2; i++)
        {
            using Child send = peer.Start("send", port, $"{mib}");
            await send.WaitAsync();
        }

        Expense expense = Expense.Parse(await receiver.ReadLineAsync());
        await receiver.WaitAsync();
        return new FileInfo(path).Length == (long)mib << 20
            ? expense.Figures(mib)
            : throw new InvalidOperationException($"{new FileInfo(path).Length} bytes arrived of {mib} MiB");
    }

    private async Task SendAsync(int rounds)
    {
        await using (FileStream file = File.Create(path))
        {
            byte[] mebibyte = new byte[1024 * 1024];
            for (int i = 0; i < mib; i++)
            {
                await file.WriteAsync(mebibyte);
            }
        }

        Comparison sends = new(Expense.Names);
        sends.Add("Socket.SendFileAsync", () => SendAsync("sendfile"));
        sends.Add("Transfer.CopyAsync", () => SendAsync("copy"));
        sends.Add("FileStream.CopyToAsync", () => SendAsync("stream"));
        await sends.RunAsync(rounds);
        sends.Write($"{mib} MiB of a file on tmpfs to a socket");
    }

    private async Task<double[]> SendAsync(string way)
    {
        using Child sink = peer.Start("sink", "0");
        using Child sender = Child.OfThisProgram("file-to-socket", way, path, await sink.ReadPortAsync());
        Expense expense = Expense.Parse(await sender.ReadLineAsync());
        await sender.WaitAsync();
        await Sink.ReadSecondsAsync(sink, mib);
        await Sink.ReadSecondsAsync(sink, mib);
        return expense.Figures(mib);
    }

    private async Task ReceiveAsync(int rounds)
    {
        Comparison receives = new(Expense.Names);
        receives.Add("NetworkStream.CopyToAsync", () => ReceiveAsync(peer, path, mib, "stream"));
        receives.Add("Transfer.CopyAsync", () => ReceiveAsync(peer, path, mib, "copy"));
        await receives.RunAsync(rounds);
        receives.Write($"{mib} MiB from a socket to a file on tmpfs");
    }
}
