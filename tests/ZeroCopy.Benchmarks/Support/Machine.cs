using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ZeroCopy.Benchmarks;

/// <summary>What figures were measured on, since they say little without.</summary>
internal static class Machine
{
    private static readonly Dictionary<string, string> _versionOptions = new(StringComparer.Ordinal) { ["nginx"] = "-v", ["haproxy"] = "-v", ["go"] = "version", ["socat"] = "-V" };

    public static string[] Description { get; } =
        [$"Linux {Environment.OSVersion.Version}", Cpu(), $"{Environment.ProcessorCount} cores", RuntimeInformation.FrameworkDescription];

    /// <summary>How many descriptors a process may have.</summary>
    public static int MostOpenFiles { get; } = int.Parse(
        File.ReadLines("/proc/self/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[3],
        CultureInfo.InvariantCulture);

    /// <summary>Looks for a program, and tells on standard error if it is not there.</summary>
    public static bool Has(string program) =>
        TellUnless(Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, program))), program);

    /// <summary>Looks for a file, and tells on standard error if it is not there.</summary>
    public static bool HasFile(string path) => TellUnless(File.Exists(path), path);

    /// <summary>What a program says of itself, or null if it is not there.</summary>
    public static string? VersionOf(string program)
    {
        if (!Has(program))
        {
            return null;
        }

        using Process asked = Process.Start(new ProcessStartInfo("sh", ["-c", $"{program} {_versionOptions.GetValueOrDefault(program, "--version")} 2>&1"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        string[] words = asked.StandardOutput.ReadToEnd().Split([' ', '\n', '/'], StringSplitOptions.RemoveEmptyEntries);
        return $"{program} {words.First(word => word.TrimStart('g', 'o', 'v') is [>= '0' and <= '9', ..]).TrimStart('g', 'o')}";
    }

    private static bool TellUnless(bool isThere, string what)
    {
        if (!isThere)
        {
            Console.Error.WriteLine($"{what} is not there, and left out");
        }

        return isThere;
    }

    private static string Cpu() =>
        File.ReadLines("/proc/cpuinfo").First(line => line.StartsWith("model name", StringComparison.Ordinal)).Split(':')[1].Trim();
}
