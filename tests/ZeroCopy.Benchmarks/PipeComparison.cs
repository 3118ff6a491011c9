using System.Globalization;

namespace ZeroCopy.Benchmarks;

/// <summary>Writers to a pipe of 1 MiB side by side, and readers, C and C#, each in a process of its own, at the other end the same C program.</summary>
internal sealed class PipeComparison(Report report, PeerProgram pipe, int mib)
{
    public static async Task RunAsync(Report report)
    {
        report.Begin(
            "Writers to a pipe, and readers",
            """
            Pipes of 1 MiB. Each writer and reader is a process of its own, and those in C are [pipe.c](../Peers/pipe.c). AnyReader and CopyingReader are the modes of
            `VmSpliceWriter`.
            """,
            "cat",
            "pv");
        using PeerProgram pipe = await PeerProgram.BuildAsync("pipe");
        PipeComparison comparison = new(report, pipe, report.Work.Of(4096));
        await comparison.CompareFillingAsync("a reader that reads", "read 0");
        await new PipeComparison(report, pipe, report.Work.Of(1024))
            .CompareFillingAsync("a reader that reads, to memory that starts within a page", "read 1");
        await comparison.CompareFillingAsync("a reader that splices to /dev/null", "splice 0");
        await new PipeComparison(report, pipe, report.Work.Of(32 * 1024)).CompareFilledAsync();
        await comparison.CompareReadersAsync();
        await comparison.ComparePassingOnAsync();
    }

    /// <summary>Each fills its blocks of 256 KiB anew.</summary>
    private async Task CompareFillingAsync(string reader, string drain)
    {
        Comparison writers = new("GiB/s");
        writers.Add("write(2), C#", () => MeasureAsync(Ours("write")));
        writers.Add("AnyReader", () => MeasureAsync(Ours("any-reader")));
        writers.Add("CopyingReader", () => MeasureAsync(Ours("copying-reader")));
        writers.Add("write(2), C", () => MeasureAsync(Theirs("write")));
        writers.Add("vmsplice(2), huge pages retired, C", () => MeasureAsync(Theirs("retire")));
        writers.Add("vmsplice(2), huge pages used again, C", () => MeasureAsync(Theirs("reuse")));
        await writers.RunAsync(report, $"{mib} MiB, blocks of 256 KiB filled each time, to {reader}");

        Task<double[]> MeasureAsync(string fill) => this.MeasureAsync(fill, Drain(drain));
    }

    /// <summary>Each maps what it has filled once, over and over: what the calls alone cost.</summary>
    private async Task CompareFilledAsync()
    {
        Comparison writers = new("GiB/s");
        writers.Add("vmsplice(2), C, by 1 MiB", () => MeasureAsync(Theirs("reuse", refills: 0, 1024)));
        writers.Add("CopyingReader, by 1 MiB", () => MeasureAsync(Ours("copying-reader", refills: 0, 1024)));
        writers.Add("vmsplice(2), C, by 256 KiB", () => MeasureAsync(Theirs("reuse", refills: 0)));
        writers.Add("CopyingReader, by 256 KiB", () => MeasureAsync(Ours("copying-reader", refills: 0)));
        await writers.RunAsync(report, $"{mib} MiB, huge pages filled once, to a reader that splices to /dev/null");

        Task<double[]> MeasureAsync(string fill) => this.MeasureAsync(fill, Drain("splice 0"));
    }

    private async Task CompareReadersAsync()
    {
        Comparison readers = new("GiB/s");
        readers.Add("read(2) into a byte[]", () => MeasureAsync("read 0"));
        readers.Add("VmSplice.Fill into a byte[]", () => MeasureAsync("fill 0"));
        readers.Add("read(2) into a PageBuffer", () => MeasureAsync("read 1"));
        readers.Add("VmSplice.Fill into a PageBuffer", () => MeasureAsync("fill 1"));
        await readers.RunAsync(report, $"{mib} MiB from a C program that maps huge pages, read by 1 MiB");

        Task<double[]> MeasureAsync(string reader) => this.MeasureAsync(Theirs("reuse"), OurProgram($"pipe-reader {reader}"));
    }

    /// <summary>What stands between two pipes, each of which is one of the shell: 64 KiB.</summary>
    private async Task ComparePassingOnAsync()
    {
        Comparison middles = new("GiB/s");
        middles.Add("Stream.CopyTo", () => MeasureAsync(OurProgram("pass-on stream")));
        middles.Add("Transfer.Copy", () => MeasureAsync(OurProgram("pass-on copy")));
        foreach (string program in ((string[])["cat", "pv"]).Where(Machine.Has))
        {
            middles.Add(program, () => MeasureAsync($"{program} 2> /dev/null"));
        }

        await middles.RunAsync(report, $"{mib} MiB from a pipe to a pipe, `write(2), C | X | read(2), C`");

        Task<double[]> MeasureAsync(string middle) => this.MeasureAsync($"{Theirs("write", refills: 0)} | {middle}", Drain("read 0"));
    }

    private static string OurProgram(string arguments) => $"dotnet {typeof(Child).Assembly.Location} {arguments}";

    private string Ours(string way, int refills = 1, int kib = 256) =>
        OurProgram(string.Create(CultureInfo.InvariantCulture, $"pipe-writer {way} {refills} {kib} {mib}"));

    private string Theirs(string way, int refills = 1, int kib = 256) =>
        string.Create(CultureInfo.InvariantCulture, $"{pipe.Path} fill {way} {refills} {kib} {mib}");

    private string Drain(string way) => $"{pipe.Path} drain {way}";

    private async Task<double[]> MeasureAsync(string fill, string drain)
    {
        using Child shell = new("sh", "-c", $"{fill} | {drain}");
        double rate = double.Parse(await shell.ReadLineAsync(), CultureInfo.InvariantCulture);
        await shell.WaitAsync();
        return [rate];
    }
}
