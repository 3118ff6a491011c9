using System.Diagnostics;

namespace ZeroCopy.Benchmarks;

/// <summary>
/// Files to and from TCP sockets on loopback, and to other files, each way in a process of its own, which measures its second transfer; the other end
/// of a connection is a C program.
/// </summary>
internal sealed class FileComparison(Report report, PeerProgram peer, string folder, string kind)
{
    private const string LargeBuffer = "1048576";

    private readonly string _path = Path.Combine(folder, $"zerocopy-{Environment.ProcessId}");

    private string Copied => $"{_path}.copy";

    private int Mib => report.Work.Of(768);

    public static async Task RunAsync(Report report)
    {
        report.Begin(
            "Files to and from sockets",
            """
            Each way is a process of its own, whose second transfer is measured; the other end of a connection is a C program. CPU is that of the process. The files
            are in memory: on tmpfs they are nowhere else, those on a disk are in the page cache and not yet written back.
            """,
            "go",
            "cat",
            "pv");
        using PeerProgram peer = await PeerProgram.BuildAsync("peer");
        using PeerProgram? copier = await PeerProgram.TryBuildGoAsync("copy");
        foreach ((string folder, string kind) in ((string, string)[])[("/dev/shm", "tmpfs"), (Path.GetTempPath(), "a disk")])
        {
            FileComparison files = new(report, peer, folder, kind);
            try
            {
                await files.SendAsync(copier);
                await files.ReceiveAsync(copier);
                await files.CopyAsync(copier);
            }
            finally
            {
                File.Delete(files._path);
                File.Delete(files.Copied);
            }
        }
    }

    /// <summary>Has a process receive into a file, and measure that.</summary>
    public static async Task<double[]> ReceiveAsync(PeerProgram peer, string path, int mib, Func<string, Child> start)
    {
        using Child receiver = start(path);
        string port = await receiver.ReadPortAsync();
        for (int i = 0; i < 2; i++)
        {
            using Child send = peer.Start("send", port, $"{mib}");
            await send.WaitAsync();
        }

        Expense expense = Expense.Parse(await receiver.ReadLineAsync());
        await receiver.WaitAsync();
        return Figures(expense, path, mib);
    }

    private static double[] Figures(Expense expense, string path, int mib) => new FileInfo(path).Length == (long)mib << 20
        ? expense.Figures(mib)
        : throw new InvalidOperationException($"{new FileInfo(path).Length} bytes arrived of {mib} MiB");

    private async Task SendAsync(PeerProgram? copier)
    {
        await using (FileStream file = File.Create(_path))
        {
            byte[] mebibyte = new byte[1024 * 1024];
            for (int i = 0; i < Mib; i++)
            {
                await file.WriteAsync(mebibyte);
            }
        }

        Comparison sends = new(Expense.Names);
        sends.Add("Socket.SendFileAsync", () => SendAsync(Ours("sendfile")));
        sends.Add("FileStream.CopyToAsync", () => SendAsync(Ours("stream")));
        sends.Add("FileStream.CopyToAsync, 1 MiB", () => SendAsync(Ours("stream", LargeBuffer)));
        sends.Add("System.IO.Pipelines", () => SendAsync(Ours("pipelines")));
        sends.Add("Transfer.CopyAsync", () => SendAsync(Ours("copy")));
        if (copier is not null)
        {
            sends.Add("io.Copy of Go", () => SendAsync(to => copier.Start("file-to-socket", _path, to)));
        }

        sends.Add("sendfile(2), C", () => SendAsync(to => peer.Start("send-file", to, _path)));
        await sends.RunAsync(report, $"{Mib} MiB of a file on {kind} to a socket");

        Func<string, Child> Ours(string way, params string[] buffer) => to => Child.OfThisProgram(["file-to-socket", way, _path, to, .. buffer]);
    }

    private async Task<double[]> SendAsync(Func<string, Child> start)
    {
        using Child sink = peer.Start("sink", "0");
        using Child sender = start(await sink.ReadPortAsync());
        Expense expense = Expense.Parse(await sender.ReadLineAsync());
        await sender.WaitAsync();
        await Sink.ReadSecondsAsync(sink, Mib);
        await Sink.ReadSecondsAsync(sink, Mib);
        return expense.Figures(Mib);
    }

    private async Task ReceiveAsync(PeerProgram? copier)
    {
        Comparison receives = new(Expense.Names);
        receives.Add("NetworkStream.CopyToAsync", () => ReceiveAsync(Ours("stream")));
        receives.Add("NetworkStream.CopyToAsync, 1 MiB", () => ReceiveAsync(Ours("stream", LargeBuffer)));
        receives.Add("System.IO.Pipelines", () => ReceiveAsync(Ours("pipelines")));
        receives.Add("Transfer.CopyAsync", () => ReceiveAsync(Ours("copy")));
        if (copier is not null)
        {
            receives.Add("io.Copy of Go", () => ReceiveAsync(path => copier.Start("socket-to-file", path, "0")));
        }

        receives.Add("splice(2), C", () => ReceiveAsync(path => peer.Start("receive-file", "0", path)));
        await receives.RunAsync(report, $"{Mib} MiB from a socket to a file on {kind}");

        Func<string, Child> Ours(string way, params string[] buffer) => path => Child.OfThisProgram(["socket-to-file", way, path, "0", .. buffer]);
    }

    private Task<double[]> ReceiveAsync(Func<string, Child> start) => ReceiveAsync(peer, Copied, Mib, start);

    private async Task CopyAsync(PeerProgram? copier)
    {
        Comparison copies = new(Expense.Names);
        copies.Add("FileStream.CopyToAsync", () => CopyAsync(Ours("stream")));
        copies.Add("FileStream.CopyToAsync, 1 MiB", () => CopyAsync(Ours("stream", LargeBuffer)));
        copies.Add("File.Copy", () => CopyAsync(Ours("file-copy")));
        copies.Add("Transfer.CopyAsync", () => CopyAsync(Ours("copy")));
        if (copier is not null)
        {
            copies.Add("io.Copy of Go", () => CopyAsync(() => copier.Start("file-to-file", _path, Copied)));
        }

        foreach (string program in (string[])["cat", "pv"])
        {
            if (Machine.Has(program))
            {
                copies.Add(program, () => CopyByAsync($"{program} < {_path} > {Copied} 2> /dev/null"));
            }
        }

        await copies.RunAsync(report, $"{Mib} MiB from a file to another, both on {kind}");

        Func<Child> Ours(string way, params string[] buffer) => () => Child.OfThisProgram(["file-to-file", way, _path, Copied, .. buffer]);
    }

    private async Task<double[]> CopyAsync(Func<Child> start)
    {
        using Child copier = start();
        Expense expense = Expense.Parse(await copier.ReadLineAsync());
        await copier.WaitAsync();
        return Figures(expense, Copied, Mib);
    }

    /// <summary>A program that is over before its CPU time can be asked for: its shell has it, which waits to be asked.</summary>
    private async Task<double[]> CopyByAsync(string line)
    {
        await Child.ShellAsync(line);
        long start = Stopwatch.GetTimestamp();
        using Child shell = new("sh", "-c", $"{line} && echo done && exec sleep 600");
        await shell.ReadLineAsync();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return Figures(new Expense(shell.CpuTime.TotalSeconds, seconds), Copied, Mib);
    }
}
