using System.Diagnostics;

namespace ZeroCopy.Processes.Tests.Support;

/// <summary>The tee sample as a process, beside the tee(1) of the system.</summary>
internal sealed class TeeSample(string folder)
{
    /// <summary>What every script finds in its folder.</summary>
    public const string Input = "input";

    public static string CommandLine { get; } = $"dotnet {Repository.Built("Tee", "Tee.dll")}";

    /// <summary>Runs a script twice, with $TEE as either tee, each in a folder of its own, and fails where anything differs.</summary>
    /// <returns>What both did.</returns>
    public Finished MustDoAsTheOriginal(string script, byte[] input)
    {
        Skip.IfNot(Shell.Run("tee", "--version").Text.Contains("GNU coreutils", StringComparison.Ordinal), "the tee here is not GNU's");
        (Finished run, Dictionary<string, byte[]> files) theirs = RunIn("theirs", "tee", script, input);
        (Finished run, Dictionary<string, byte[]> files) ours = RunIn("ours", CommandLine, script, input);
        ours.run.Error.Should().Be(theirs.run.Error);
        ours.run.ExitCode.Should().Be(theirs.run.ExitCode);
        ours.run.Output.AsSpan().SequenceEqual(theirs.run.Output).Should().BeTrue("the output is the same");
        ours.files.Keys.Should().BeEquivalentTo(theirs.files.Keys);
        ours.files.Should().AllSatisfy(file => file.Value.AsSpan().SequenceEqual(theirs.files[file.Key]).Should().BeTrue($"{file.Key} is the same"));
        return ours.run;
    }

    /// <summary>Starts the sample with its standard input and output as pipes.</summary>
    public Process Start(params string[] arguments) => StartAfter(string.Empty, arguments);

    /// <summary>Starts it after commands that do something to its standard input or output; with SIGINT as a terminal's shell has it.</summary>
    public Process StartAfter(string commands, params string[] arguments) =>
        Process.Start(new ProcessStartInfo("env", ["--default-signal=INT", "sh", "-c", $"{commands} exec {CommandLine} {string.Join(' ', arguments)}"])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;

    private (Finished Run, Dictionary<string, byte[]> Files) RunIn(string name, string tee, string script, byte[] input)
    {
        string own = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
        File.WriteAllBytes(Path.Combine(own, Input), input);
        Finished run = Shell.Line($"TEE='{tee}'; export TEE LC_ALL=C\n{script}", own);
        return (run, Directory.GetFiles(own).Where(file => !IsFifo(file)).ToDictionary(file => Path.GetFileName(file), File.ReadAllBytes, StringComparer.Ordinal));
    }

    private static bool IsFifo(string file) => Path.GetFileName(file).StartsWith("fifo", StringComparison.Ordinal);
}
