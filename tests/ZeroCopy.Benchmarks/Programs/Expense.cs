using System.Diagnostics;
using System.Globalization;

namespace ZeroCopy.Benchmarks;

/// <summary>What a transfer took, as a line of text between the process that made it and the one that compares.</summary>
internal sealed record Expense(double CpuSeconds, double Seconds)
{
    private const double MebibytesInGibibyte = 1024;

    /// <summary>The names of <see cref="Figures"/>.</summary>
    public static string[] Names { get; } = ["CPU s/GiB", "GiB/s"];

    /// <summary>Measures a transfer in this process, all of whose CPU time counts, whichever thread spent it, in the kernel too.</summary>
    public static async Task<Expense> OfAsync(Func<Task> transfer)
    {
        TimeSpan before = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        await transfer();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new Expense((Environment.CpuUsage.TotalTime - before).TotalSeconds, seconds);
    }

    public static Expense Parse(string line)
    {
        double[] numbers = [.. line.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
        return new Expense(numbers[0], numbers[1]);
    }

    public double[] Figures(int mib) => [CpuSeconds / mib * MebibytesInGibibyte, mib / MebibytesInGibibyte / Seconds];

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{CpuSeconds} {Seconds}");
}
