using System.IO.Compression;
using System.Xml.Linq;

namespace ZeroCopy.Processes.Tests.Packaging;

/// <summary>The package as a stranger gets it: packed, restored into an empty project, called.</summary>
public sealed class PackageTests(PackedLibrary library) : KernelTest, IClassFixture<PackedLibrary>
{
    [Fact]
    public void Package_InAnEmptyProject_MovesBytes()
    {
        string app = Directory.CreateDirectory(PathOf("app")).FullName;
        File.WriteAllText(Path.Combine(app, "app.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <RestorePackagesPath>{PathOf("packages")}</RestorePackagesPath>
                <RestoreSources>{library.Feed}</RestoreSources>
                <RestoreFallbackFolders>{PackagesOfOthers()}</RestoreFallbackFolders>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="ZeroCopy" Version="{library.Version}" />
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(app, "Program.cs"), """
            using ZeroCopy;

            if (!Splice.IsSupported)
            {
                throw new PlatformNotSupportedException();
            }

            using var source = File.OpenHandle(args[0]);
            using var target = File.OpenHandle(args[1], FileMode.Create, FileAccess.Write);
            using var pipe = new Pipe();
            for (long moved; (moved = Splice.Move(source, pipe.WriteHandle, 1 << 20)) > 0;)
            {
                while (moved > 0)
                {
                    moved -= Splice.Move(pipe.ReadHandle, target, moved);
                }
            }

            return Splice.TryMove(source, target, 1, SpliceFlags.None, out _) == Errno.EINVAL ? 0 : 1;
            """);
        byte[] bytes = Bytes.Random(1_000_000);
        File.WriteAllBytes(PathOf("from"), bytes);
        Finished run = PackedLibrary.DotNet(app, "run", "--", PathOf("from"), PathOf("to"));
        run.ExitCode.Should().Be(0, run.Text + run.Error);
        File.ReadAllBytes(PathOf("to")).Should().Equal(bytes);
        Directory.Exists(PathOf("packages/zerocopy")).Should().BeTrue("that is where the one just packed goes");
    }

    [Fact]
    public void Package_Packed_HasWhatItShouldAndNoPathOfThisMachine()
    {
        using ZipArchive package = ZipFile.OpenRead($"{library.Feed}/ZeroCopy.{library.Version}.nupkg");
        package.Entries.Select(entry => entry.FullName).Should().Contain(["README.md", "LICENSE", "icon.png", "lib/net10.0/ZeroCopy.dll", "lib/net10.0/ZeroCopy.xml"]);
        package.Entries.Select(entry => entry.FullName).Where(name => name.EndsWith(".md", StringComparison.Ordinal)).Should().Contain(
            Directory.GetFiles(Repository.PathOf("src", "ZeroCopy", "docs")).Select(page => Path.GetRelativePath(Repository.Root, page)), "README links them so");
        File.Exists($"{library.Feed}/ZeroCopy.{library.Version}.snupkg").Should().BeTrue();

        using StreamReader assembly = new(package.GetEntry("lib/net10.0/ZeroCopy.dll")!.Open(), System.Text.Encoding.Latin1);
        string bytes = assembly.ReadToEnd();
        bytes.Should().NotContain(Repository.Root);
        bytes.Should().Contain("/_/", "that stands for the folder that it was built in").And.Contain("ZeroCopy.pdb");

        XDocument nuspec = XDocument.Load(package.GetEntry("ZeroCopy.nuspec")!.Open());
        string Value(string name) => nuspec.Descendants().Single(element => element.Name.LocalName == name).Value;
        Value("license").Should().Be("MIT");
        Value("readme").Should().Be("README.md");
        Value("icon").Should().Be("icon.png");
        Value("authors").Should().NotBeEmpty();
        Value("releaseNotes").Should().Contain($"## {library.Version} ");
        Value("tags").Should().Contain("splice");
        nuspec.Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => element.Attribute("id")!.Value)
            .Should().Equal("Microsoft.Extensions.Logging.Abstractions");
    }

    /// <summary>What there is already, so that nothing is fetched; but not a library of this version that somebody has made and used before.</summary>
    private string PackagesOfOthers()
    {
        string folder = Directory.CreateDirectory(PathOf("others")).FullName;
        string all = PackedLibrary.DotNet(Repository.Root, "nuget", "locals", "global-packages", "--list").Text.Split(": ")[^1].Trim();
        foreach (string package in Directory.GetDirectories(all).Where(package => Path.GetFileName(package) != "zerocopy"))
        {
            Directory.CreateSymbolicLink(Path.Combine(folder, Path.GetFileName(package)), package);
        }

        return folder;
    }
}
