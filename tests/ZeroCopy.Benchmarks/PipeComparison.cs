using System.Globalization;

namespace ZeroCopy.Benchmarks;

/// <summary>Writers to a pipe of 1 MiB side by side, C and C#, each in a process of its own, into the same C readers.</summary>
internal sealed class PipeComparison(CProgram pipe, int mib, int rounds)
{
    private const string Write = "write(2), C#";

    public static async Task RunAsync(string[] arguments)
    {
        Dictionary<string, int> options = Options.Parse(arguments, ("--rounds", 9), ("--mib", 8192));
        using CProgram pipe = await CProgram.BuildAsync("pipe");
        PipeComparison comparison = new(pipe, options["--mib"], options["--rounds"]);
        await comparison.CompareAsync("a reader that reads", "drain read 0", refills: true);
        await comparison.CompareAsync("a reader that reads, to memory that starts within a page", "drain read 1", refills: true);
        await comparison.CompareAsync("a reader that splices to /dev/null", "drain splice 0", refills: true);
        await comparison.CompareAsync("a reader that splices to /dev/null, blocks filled once", "drain splice 0", refills: false);
        await comparison.CompareReadersAsync();
    }

    private async Task CompareReadersAsync()
    {
        Comparison readers = new("GiB/s");
        readers.Add("read(2) into a byte[]", () => MeasureAsync("read 0"));
        readers.Add("VmSplice.Fill into a byte[]", () => MeasureAsync("fill 0"));
        readers.Add("read(2) into a PageBuffer", () => MeasureAsync("read 1"));
        readers.Add("VmSplice.Fill into a PageBuffer", () => MeasureAsync("fill 1"));
        await readers.RunAsync(rounds);
        readers.Write($"{mib} MiB from a C program that maps, by 1 MiB");

        Task<double[]> MeasureAsync(string reader) => this.MeasureAsync(Theirs("reuse", refills: true), OurProgram($"pipe-reader {reader}"));
    }

    private async Task CompareAsync(string reader, string drain, bool refills)
    {
        Comparison writers = new("GiB/s");
        if (refills)
        {
            writers.Add(Write, () => MeasureAsync(Ours("write", refills), $"{pipe.Path} {drain}"));
            writers.Add("write(2), C", () => MeasureAsync(Theirs("write", refills), $"{pipe.Path} {drain}"));
            writers.Add("AnyReader", () => MeasureAsync(Ours("any-reader", refills), $"{pipe.Path} {drain}"));
            writers.Add("vmsplice(2), a huge page retired at a time, C", () => MeasureAsync(Theirs("retire", refills), $"{pipe.Path} {drain}"));
        }

        writers.Add("vmsplice(2), pages used again, C", () => MeasureAsync(Theirs("reuse", refills), $"{pipe.Path} {drain}"));
        writers.Add("CopyingReader", () => MeasureAsync(Ours("copying-reader", refills), $"{pipe.Path} {drain}"));
        await writers.RunAsync(rounds);
        writers.Write($"{mib} MiB to {reader}");
    }

    private static string OurProgram(string arguments) => $"dotnet {typeof(Child).Assembly.Location} {arguments}";

    private string Ours(string way, bool refills) => OurProgram(Invariant($"pipe-writer {way} {(refills ? 1 : 0)} {mib}"));

    private string Theirs(string way, bool refills) => Invariant($"{pipe.Path} fill {way} {(refills ? 1 : 0)} {mib}");

    private async Task<double[]> MeasureAsync(string fill, string drain)
    {
        using Child shell = new("sh", "-c", $"{fill} | {drain}");
        double rate = double.Parse(await shell.ReadLineAsync(), CultureInfo.InvariantCulture);
        await shell.WaitAsync();
        return [rate];
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
