namespace ZeroCopy.Processes.Tests.Packaging;

/// <summary>The library as a package, in a folder that a project can be told to look in.</summary>
public sealed class PackedLibrary : IDisposable
{
    private static readonly TimeSpan _build = TimeSpan.FromMinutes(3);

    public PackedLibrary()
    {
        Finished pack = DotNet(Repository.Root, "pack", "src/ZeroCopy", "--output", Feed);
        pack.ExitCode.Should().Be(0, pack.Text);
        Version = Path.GetFileNameWithoutExtension(Directory.GetFiles(Feed, "*.nupkg").Single())["ZeroCopy.".Length..];
    }

    public string Feed { get; } = Directory.CreateTempSubdirectory("zerocopy-").FullName;

    public string Version { get; }

    /// <summary>A run that shares nothing with the build that may be around it.</summary>
    public static Finished DotNet(string folder, params string[] arguments) =>
        Shell.Run(folder, _build, "env", ["-u", "MSBuildSDKsPath", "-u", "MSBUILD_EXE_PATH", "-u", "MSBuildExtensionsPath", "dotnet", .. arguments]);

    public void Dispose() => Directory.Delete(Feed, recursive: true);
}
