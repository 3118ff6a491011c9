using System.Text.RegularExpressions;

namespace ZeroCopy.Tests.Api;

/// <summary>README and the pages say only what is so: their code is code that builds, their links lead somewhere, and what they name is there.</summary>
public sealed partial class PagesTests
{
    private const int Patience = 10_000;

    private static readonly string _docs = Repository.PathOf("src", "ZeroCopy", "docs");

    /// <summary>The text of each page, by its path.</summary>
    private static readonly Dictionary<string, string> _pages =
        ((string[])[Repository.PathOf("README.md"), .. Directory.GetFiles(_docs, "*.md"), .. Directory.GetFiles(Repository.PathOf(".github"), "*.md")])
        .ToDictionary(path => path, File.ReadAllText, StringComparer.Ordinal);

    [Fact]
    public void CSharp_EachBlock_IsPartOfTheExamples() =>
        Found(CSharpBlock()).Should().AllSatisfy(block =>
            ExampleCode.All.Should().Contain(ExampleCode.WithoutIndentation(block.Match.Groups["code"].Value)));

    /// <summary>A page whose blocks are not found would pass everything.</summary>
    [Theory]
    [InlineData("copying")]
    [InlineData("relaying")]
    [InlineData("fan-out")]
    [InlineData("vmsplice")]
    [InlineData("pipes")]
    [InlineData("errors")]
    [InlineData("porting")]
    public void CSharp_PageOfATopic_HasSome(string page) =>
        CSharpBlock().Count(_pages[Path.Combine(_docs, $"{page}.md")]).Should().BeGreaterThanOrEqualTo(2);

    [Fact]
    public void Links_Relative_LeadToFilesAndHeadings() =>
        Found(Link()).Where(link => !link.Match.Groups["target"].Value.StartsWith("https://", StringComparison.Ordinal)).Should().AllSatisfy(link =>
        {
            string[] target = link.Match.Groups["target"].Value.Split('#');
            string file = target[0].Length == 0 ? link.Page : Path.Combine(Path.GetDirectoryName(link.Page)!, target[0]);
            File.Exists(file).Should().BeTrue($"{link.Page} links {target[0]}");
            if (target.Length > 1)
            {
                Heading().Matches(File.ReadAllText(file)).Select(heading => Anchor(heading.Groups["text"].Value)).Should().Contain(target[1]);
            }
        });

    [Fact]
    public void Pages_All_AreLinkedFromReadme()
    {
        string readme = _pages[Repository.PathOf("README.md")];
        Directory.GetFiles(_docs, "*.md").Should().AllSatisfy(page => readme.Should().Contain($"](src/ZeroCopy/docs/{Path.GetFileName(page)})"));
    }

    [Fact]
    public void Api_Named_Exists()
    {
        Dictionary<string, Type> types = typeof(Splice).Assembly.GetExportedTypes().ToDictionary(type => type.Name, StringComparer.Ordinal);
        Found(Member()).Where(member => types.ContainsKey(member.Match.Groups["type"].Value)).Should().AllSatisfy(member =>
            types[member.Match.Groups["type"].Value].GetMember(member.Match.Groups["name"].Value).Should().NotBeEmpty($"{member.Page} names {member.Match.Value}"));
    }

    [Fact]
    public void Projects_InCommands_Exist() =>
        Found(Project()).Should().AllSatisfy(project =>
            Directory.GetFiles(Repository.PathOf(project.Match.Groups["path"].Value), "*.csproj").Should().ContainSingle());

    private static IEnumerable<(string Page, Match Match)> Found(Regex regex) =>
        _pages.SelectMany(page => regex.Matches(page.Value), (page, match) => (page.Key, match));

    /// <summary>As GitHub makes them of headings.</summary>
    private static string Anchor(string heading) => NotInAnchors().Replace(heading.ToLowerInvariant(), string.Empty).Replace(' ', '-');

    [GeneratedRegex(@"```csharp\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, Patience)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex(@"\]\((?<target>[^)]+)\)", RegexOptions.ExplicitCapture, Patience)]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (?<text>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, Patience)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]", RegexOptions.ExplicitCapture, Patience)]
    private static partial Regex NotInAnchors();

    [GeneratedRegex(@"\b(?<type>[A-Z]\w+)\.(?<name>[A-Z]\w*)", RegexOptions.ExplicitCapture, Patience)]
    private static partial Regex Member();

    [GeneratedRegex(@"--project (?<path>[\w/.]+)|dotnet (pack|publish) (?<path>[\w/.]+)", RegexOptions.ExplicitCapture, Patience)]
    private static partial Regex Project();
}
