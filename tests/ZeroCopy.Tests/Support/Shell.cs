using System.Diagnostics;

namespace ZeroCopy.Tests.Support;

/// <summary>Runs programs to their end, never for longer than their time.</summary>
public static class Shell
{
    /// <summary>Whether tests that take long are to run too.</summary>
    public static bool IsContinuousIntegration { get; } = Environment.GetEnvironmentVariable("CI") == "true";

    /// <summary>What Debian's path for users lacks.</summary>
    public static string FoldersOfServers => ":/usr/sbin:/sbin";

    public static Finished Run(string command, params string[] arguments) => Run(null, TimeSpan.FromMinutes(1), command, arguments);

    /// <summary>Runs a line of sh, as a user would type it: not with SIGPIPE ignored, as children of .NET inherit it.</summary>
    public static Finished Line(string line, string? folder = null) =>
        Run(folder, TimeSpan.FromMinutes(5), "env", "--default-signal=PIPE", "sh", "-c", line);

    public static Finished Run(string? folder, TimeSpan time, string command, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(command, arguments)
        {
            WorkingDirectory = folder ?? string.Empty,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.StandardInput.Close();
        using StreamReader standardOutput = process.StandardOutput;
        using StreamReader standardError = process.StandardError;
        using MemoryStream output = new();
        Task copied = standardOutput.BaseStream.CopyToAsync(output);
        Task<string> error = standardError.ReadToEndAsync();
        if (!process.WaitForExit(time) || !Task.WhenAll(copied, error).Wait(time))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{command} {string.Join(' ', arguments)} is stuck; so far it said: {System.Text.Encoding.UTF8.GetString(output.ToArray())}");
        }

        return new Finished(process.ExitCode, output.ToArray(), error.Result);
    }

    public static bool Has(string command) => Run("sh", "-c", $"PATH=$PATH{FoldersOfServers}; command -v {command}").ExitCode == 0;

    /// <summary>Skips where strace is not installed, or a sandbox keeps it from tracing.</summary>
    public static void SkipWithoutTracing() =>
        Skip.IfNot(Has("strace") && Run("strace", "-o", "/dev/null", "true").ExitCode == 0, "strace is not installed, or not allowed to trace");

    public static void SkipWithout(string command) => Skip.IfNot(Has(command), $"{command} is not installed");
}
