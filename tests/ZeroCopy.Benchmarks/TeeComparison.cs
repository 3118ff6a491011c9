using System.Diagnostics;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Benchmarks;

/// <summary>The tee sample beside programs in C and tee(1), each between two dd.</summary>
internal static class TeeComparison
{
    public static async Task RunAsync(Report report)
    {
        report.Begin(
            "The tee sample beside other tees",
            """
            The last but two is the least that a tee can do, two calls for each round; it fails where the example of tee(2) does.
            """,
            "tee",
            "pv");
        using PeerProgram example = await PeerProgram.BuildAsync("tee-example");
        using PeerProgram large = await PeerProgram.BuildAsync("tee-large");
        await Child.ShellAsync($"dotnet build {Repository.PathOf("samples", "Tee")} -c Release > /dev/null");
        (string Name, string Path)[] tees =
        [
            ("the example of tee(2), C", example.Path),
            ("20 lines of C, pipes of 1 MiB", large.Path),
            ("samples/Tee", Repository.PathOf("artifacts", "bin", "Tee", "release", "Tee")),
            ("tee(1)", "tee"),
        ];
        await CompareAsync(report, tees, 5120, "/dev/null");
        string file = $"/dev/shm/zerocopy-{Environment.ProcessId}";
        try
        {
            await CompareAsync(report, tees, 2048, file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task CompareAsync(Report report, (string Name, string Path)[] tees, int amount, string file)
    {
        int mib = report.Work.Of(amount);
        Comparison seconds = new("seconds");
        Array.ForEach(tees, tee => seconds.Add(tee.Name, () => SecondsAsync(tee.Path, mib, file)));
        await seconds.RunAsync(report.Work.Rounds);

        string shown = file == "/dev/null" ? file : "FILE";
        report.Heading($"`{Line("X", mib, shown)}`{(shown == file ? string.Empty : ", FILE on tmpfs")}");
        report.TableHead("X", "seconds", "speed, the first = 1", "speed, tee(1) = 1");
        for (int i = 0; i < seconds.Count; i++)
        {
            double median = seconds.MedianOf(i, 0);
            report.TableRow(
                seconds.NameOf(i), $"{median:F2}", $"{seconds.MedianOf(0, 0) / median:F2}", $"{seconds.MedianOf(seconds.Count - 1, 0) / median:F2}");
        }
    }

    private static async Task<double[]> SecondsAsync(string tee, int mib, string file)
    {
        long start = Stopwatch.GetTimestamp();
        await Child.ShellAsync(Line(tee, mib, file));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (file == "/dev/null")
        {
            return [seconds];
        }

        long length = new FileInfo(file).Length;
        File.Delete(file);
        return length == (long)mib << 20 ? [seconds] : throw new InvalidOperationException($"{length} bytes arrived of {mib} MiB");
    }

    private static string Line(string tee, int mib, string file) =>
        $"dd if=/dev/zero bs=1M count={mib} 2> /dev/null | {tee} {file} | dd of=/dev/null bs=1M 2> /dev/null";
}
