using System.Diagnostics;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Benchmarks;

/// <summary>The tee sample beside the program of the man page and tee(1).</summary>
internal static class TeeComparison
{
    private const int Rounds = 9;

    public static async Task RunAsync()
    {
        using CProgram example = await CProgram.BuildAsync("tee-example");
        await Child.ShellAsync($"dotnet build {Repository.PathOf("samples", "Tee")} -c Release > /dev/null");
        Comparison tees = new("seconds");
        tees.Add("the example of tee(2), C", () => SecondsAsync(example.Path));
        tees.Add("samples/Tee", () => SecondsAsync(Repository.PathOf("artifacts", "bin", "Tee", "release", "Tee")));
        tees.Add("tee(1)", () => SecondsAsync("tee"));
        await tees.RunAsync(Rounds);

        tees.WriteHeading($"`{Line("X")}`", "X", "seconds", "speed, the first = 1", "speed, tee(1) = 1");
        for (int i = 0; i < tees.Count; i++)
        {
            double seconds = tees.MedianOf(i, 0);
            MarkdownTable.WriteRow(
                tees.NameOf(i), $"{seconds:F2}", $"{tees.MedianOf(0, 0) / seconds:F2}", $"{tees.MedianOf(tees.Count - 1, 0) / seconds:F2}");
        }
    }

    private static async Task<double[]> SecondsAsync(string tee)
    {
        long start = Stopwatch.GetTimestamp();
        await Child.ShellAsync(Line(tee));
        return [Stopwatch.GetElapsedTime(start).TotalSeconds];
    }

    private static string Line(string tee) => $"dd if=/dev/zero bs=1M count=8192 2> /dev/null | {tee} /dev/null | dd of=/dev/null bs=1M 2> /dev/null";
}
