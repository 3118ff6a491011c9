using System.Globalization;

namespace ZeroCopy.Tests.Models;

/// <summary>The capacities that some pipes are opened with, 0 for the kernel's default, and the calls that are made on them.</summary>
internal sealed record PipeProgram(int[] Capacities, PipeStep[] Steps)
{
    public IEnumerable<PipeProgram> Smaller() =>
        Programs.WithoutSome(Steps).Concat(Programs.WithSmaller(Steps, step => step.Smaller())).Select(steps => this with { Steps = steps });

    /// <summary>As in "0 4096: Write 0 100, Splice 0 1 50".</summary>
    public override string ToString() => $"{string.Join(' ', Capacities)}: {string.Join(", ", (object[])Steps)}";

    public static PipeProgram Parse(string text)
    {
        string[] parts = text.Split(':');
        return new PipeProgram(
            [.. Programs.Split(parts[0], ' ').Select(word => int.Parse(word, CultureInfo.InvariantCulture))],
            [.. Programs.Split(parts[1], ',').Select(PipeStep.Parse)]);
    }
}
