using System.Diagnostics;
using System.Runtime.InteropServices;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Benchmarks;

/// <summary>
/// The tee sample beside the program of the man page and tee(1), in interleaved rounds, so that a slow minute of the machine hits all alike. The
/// first stands there twice: the ratio of the two is the noise of the run.
/// </summary>
internal static class TeeComparison
{
    private const int Rounds = 9;

    public static int Run()
    {
        string root = Repository.Root;
        string folder = Directory.CreateTempSubdirectory("zerocopy-tee-").FullName;
        string example = Path.Combine(folder, "tee-example");
        Shell($"cc -O2 -o {example} {root}/tests/ZeroCopy.Benchmarks/Peers/tee-example.c");
        Shell($"dotnet build {root}/samples/Tee -c Release > /dev/null");
        (string Name, string Command)[] tees =
        [
            ("the example of tee(2), C", example),
            ("the same again", example),
            ("samples/Tee", $"{root}/artifacts/bin/Tee/release/Tee"),
            ("tee(1)", "tee"),
        ];

        List<double>[] seconds = [.. tees.Select(_ => new List<double>())];
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < tees.Length; i++)
            {
                long start = Stopwatch.GetTimestamp();
                Shell(Line(tees[i].Command));
                seconds[i].Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }

        Directory.Delete(folder, recursive: true);
        Console.WriteLine($"`{Line("X")}`, medians of {Rounds} interleaved rounds. {Machine()}");
        Console.WriteLine();
        Console.WriteLine("| X | seconds | speed, the first = 1 | speed, tee(1) = 1 |");
        Console.WriteLine("|---|---|---|---|");
        double[] medians = [.. seconds.Select(Median)];
        for (int i = 0; i < tees.Length; i++)
        {
            Console.WriteLine($"| {tees[i].Name} | {medians[i]:F2} | {medians[0] / medians[i]:F2} | {medians[^1] / medians[i]:F2} |");
        }

        return 0;
    }

    private static string Line(string tee) => $"dd if=/dev/zero bs=1M count=8192 2> /dev/null | {tee} /dev/null | dd of=/dev/null bs=1M 2> /dev/null";

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static string Machine()
    {
        string cpu = File.ReadLines("/proc/cpuinfo").First(line => line.StartsWith("model name", StringComparison.Ordinal)).Split(':')[1].Trim();
        return $"Linux {Environment.OSVersion.Version}, {cpu}, {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}.";
    }

    private static void Shell(string line)
    {
        using Process process = Process.Start("sh", ["-c", line]);
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"exit code {process.ExitCode}: {line}");
        }
    }
}
