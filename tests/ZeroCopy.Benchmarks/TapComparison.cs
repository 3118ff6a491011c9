namespace ZeroCopy.Benchmarks;

/// <summary>What a tap costs: the relay sample without and with one to files on tmpfs, and beside them a copy from a socket to such a file. Each has a transfer to warm up on.</summary>
internal sealed class TapComparison(PeerProgram peer, string path, int mib)
{
    public static async Task RunAsync(Report report)
    {
        report.Begin("A relay with a tap", "Through the relay sample, without and with a tap to a file on tmpfs, beside a copy from a socket to such a file.");
        using PeerProgram peer = await PeerProgram.BuildAsync("peer");
        TapComparison taps = new(peer, $"/dev/shm/zerocopy-{Environment.ProcessId}", report.Work.Of(1024));
        await taps.CompareAsync(report);
    }

    private async Task CompareAsync(Report report)
    {
        Comparison ways = new("CPU s/GiB");
        ways.Add("samples/TcpRelay", () => RelayAsync());
        ways.Add("samples/TcpRelay --tap", () => RelayAsync("--tap", path));
        ways.Add("Transfer.CopyAsync, socket to file", ReceiveAsync);
        await ways.RunAsync(report, $"{mib} MiB through a relay, and into a file on tmpfs");
        const int Relay = 0, Tapped = 2, Copy = 3;
        report.Paragraph($"The tap takes {(ways.MedianOf(Tapped, 0) - ways.MedianOf(Relay, 0)) / ways.MedianOf(Copy, 0):F2} of what the copy takes.");
    }

    private async Task<double[]> RelayAsync(params string[] options)
    {
        using Child sink = peer.Start("sink", "0");
        using Relaying relay = await RelayPeers.StartSampleAsync(await sink.ReadPortAsync(), options);
        await SendAsync(relay, sink);
        TimeSpan before = relay.Process.CpuTime;
        await SendAsync(relay, sink);
        return [(relay.Process.CpuTime - before).TotalSeconds / mib * 1024];
    }

    private async Task SendAsync(Relaying relay, Child sink)
    {
        using Child send = peer.Start("send", relay.Port, $"{mib}");
        await send.WaitAsync();
        await Sink.ReadSecondsAsync(sink, mib);
        foreach (string tap in Directory.GetFiles(Path.GetDirectoryName(path)!, $"{Path.GetFileName(path)}.*"))
        {
            long length = new FileInfo(tap).Length;
            File.Delete(tap);
            if (length != (tap.EndsWith("there", StringComparison.Ordinal) ? (long)mib << 20 : 0))
            {
                throw new InvalidOperationException($"{tap} had {length} bytes of {mib} MiB");
            }
        }
    }

    private async Task<double[]> ReceiveAsync()
    {
        try
        {
            return [(await FileComparison.ReceiveAsync(peer, path, mib, file => Child.OfThisProgram("socket-to-file", "copy", file, "0")))[0]];
        }
        finally
        {
            File.Delete(path);
        }
    }
}
