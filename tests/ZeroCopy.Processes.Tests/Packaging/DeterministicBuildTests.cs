using System.Security.Cryptography;

namespace ZeroCopy.Processes.Tests.Packaging;

/// <summary>Who builds the same sources gets the same bytes, wherever they are.</summary>
public sealed class DeterministicBuildTests : KernelTest
{
    private static readonly string[] _sources = ["src", "Directory.Build.props", "README.md", "LICENSE", ".editorconfig", ".github"];

    [SkippableFact]
    public void Release_BuiltInTwoFolders_SameHashes()
    {
        Skip.IfNot(Shell.IsContinuousIntegration, "takes long: set CI=true");
        Build("one").Should().Equal(Build("another/of/them"));
    }

    private string[] Build(string folder)
    {
        string copy = Directory.CreateDirectory(PathOf(folder)).FullName;
        Shell.Run("cp", ["-r", .. _sources.Select(source => Repository.PathOf(source)), copy]).ExitCode.Should().Be(0);
        Finished build = PackedLibrary.DotNet(copy, "build", "-c", "Release", "src/ZeroCopy");
        build.ExitCode.Should().Be(0, build.Text);
        string output = Path.Combine(copy, "artifacts", "bin", "ZeroCopy", "release");
        return [.. ((string[])["ZeroCopy.dll", "ZeroCopy.pdb"]).Select(file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(output, file)))))];
    }
}
