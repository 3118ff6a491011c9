using System.Runtime.InteropServices;

namespace ZeroCopy.Benchmarks;

internal static class Machine
{
    /// <summary>What figures were measured on, since they say little without.</summary>
    public static string Description { get; } =
        $"Linux {Environment.OSVersion.Version}, {Cpu()}, {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}.";

    private static string Cpu() =>
        File.ReadLines("/proc/cpuinfo").First(line => line.StartsWith("model name", StringComparison.Ordinal)).Split(':')[1].Trim();
}
