using System.Diagnostics;
using System.Security.Cryptography;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Benchmarks;

/// <summary>How long the tee sample takes for an input of 1 KiB, beside programs that do nothing, all published ready-to-run.</summary>
internal static class StartUpComparison
{
    /// <summary>So many in one measurement that the shell which starts them does not count.</summary>
    private const int RunsTogether = 5;

    private const string ParsingMain =
        """
        using System.CommandLine;
        return new Command("empty") { new Argument<string[]>("FILE") { Arity = ArgumentArity.ZeroOrMore } }.Parse(args).Errors.Count;
        """;

    public static async Task RunAsync(Report report)
    {
        report.Begin("Start-up of the tee sample", "Published ready-to-run, and the runtime not with it; what is beside it is published in the same way.");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("zerocopy-");
        try
        {
            string input = Path.Combine(folder.FullName, "in");
            await File.WriteAllBytesAsync(input, RandomNumberGenerator.GetBytes(1024));
            string empty = await PublishAsync(WriteProject(folder, "Empty", "return;"), folder);
            string parsing = await PublishAsync(WriteProject(folder, "Parsing", ParsingMain, "System.CommandLine"), folder);
            string tee = await PublishAsync(Repository.PathOf("samples", "Tee"), folder);

            Comparison comparison = new("ms");
            comparison.Add("an empty Main", () => MillisecondsAsync(empty, input));
            comparison.Add("System.CommandLine parses a file's name", () => MillisecondsAsync($"{parsing} file", input));
            comparison.Add("samples/Tee", () => MillisecondsAsync(tee, input));
            comparison.Add("samples/Tee, to a file too", () => MillisecondsAsync($"{tee} {Path.Combine(folder.FullName, "out")}", input));
            await comparison.RunAsync(report, "`X < IN > /dev/null`, IN of 1 KiB");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>A project outside the repository, so that no build finds it, with the settings and packages of the samples.</summary>
    private static string WriteProject(DirectoryInfo folder, string name, string main, params string[] packages)
    {
        DirectoryInfo project = folder.CreateSubdirectory(name);
        File.WriteAllText(Path.Combine(project.FullName, "Program.cs"), main);
        File.WriteAllText(
            Path.Combine(project.FullName, $"{name}.csproj"),
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <InvariantGlobalization>true</InvariantGlobalization>
                <RuntimeIdentifier>$(NETCoreSdkRuntimeIdentifier)</RuntimeIdentifier>
                <SelfContained>false</SelfContained>
                <PublishReadyToRun>true</PublishReadyToRun>
              </PropertyGroup>
              <ItemGroup>
                {string.Concat(packages.Select(package => $"<PackageReference Include=\"{package}\" />"))}
              </ItemGroup>
            </Project>
            """);
        return project.FullName;
    }

    /// <returns>The program.</returns>
    private static async Task<string> PublishAsync(string project, DirectoryInfo folder)
    {
        string name = Path.GetFileName(project);
        string output = Path.Combine(folder.FullName, "published", name);
        string versions = $"-p:DirectoryPackagesPropsPath={Repository.PathOf("src", "Packages.props")}";
        await Child.ShellAsync($"dotnet publish {project} --output {output} {versions} > /dev/null");
        return Path.Combine(output, name);
    }

    private static async Task<double[]> MillisecondsAsync(string program, string input)
    {
        string runs = string.Join(' ', Enumerable.Range(1, RunsTogether));

        // A program that a user starts has its diagnostics.
        string line = $"unset DOTNET_EnableDiagnostics; for i in {runs}; do {program} < {input} > /dev/null || exit; done";
        long start = Stopwatch.GetTimestamp();
        await Child.ShellAsync(line);
        return [Stopwatch.GetElapsedTime(start).TotalMilliseconds / RunsTogether];
    }
}
