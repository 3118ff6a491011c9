using System.Text.RegularExpressions;

namespace ZeroCopy.Tests.Api;

/// <summary>
/// The layers of the library, read from its sources, since all public types share one namespace: a folder uses itself and those below.
/// </summary>
public sealed partial class LayeringTests
{
    private const string Root = "";

    /// <summary>What each folder may use beside itself.</summary>
    private static readonly Dictionary<string, string[]> _below = new(StringComparer.Ordinal)
    {
        ["Interop"] = [],
        [Root] = ["Interop"],
        ["Diagnostics"] = [],
        ["Pipes"] = ["Interop", Root, "Diagnostics"],
        ["Readiness"] = ["Interop", Root, "Diagnostics"],
        ["Memory"] = ["Interop", Root, "Readiness"],
        ["Capabilities"] = ["Interop", Root, "Memory"],
        ["Transfers"] = ["Interop", Root, "Diagnostics", "Pipes", "Readiness", "Memory"],
    };

    /// <summary>Plain data that the calls are made of and every folder speaks in.</summary>
    private static readonly string[] _vocabulary = ["Errno", "SpliceFlags", "IOVector"];

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private static readonly string[] _mayBeUnsafe = ["Interop/", "Memory/", "VmSplice.cs", "IOVector.cs"];

    private static readonly Dictionary<string, string> _sources = Directory
        .EnumerateFiles(Repository.PathOf("src", "ZeroCopy"), "*.cs", SearchOption.AllDirectories)
        .ToDictionary(
            file => Path.GetRelativePath(Repository.PathOf("src", "ZeroCopy"), file),
            file => File.ReadAllText(file),
            StringComparer.Ordinal);

    [Fact]
    public void Sources_All_UseOnlyTheirOwnFolderAndThoseBelow()
    {
        Dictionary<string, string> homes = new(StringComparer.Ordinal);
        foreach ((string file, string text) in _sources)
        {
            foreach (Match declaration in Declaration().Matches(Code(text)))
            {
                homes[declaration.Groups["name"].Value] = FolderOf(file);
            }
        }

        homes.Should().ContainKeys("Splice", "Interop", "Pipe");
        IEnumerable<string> upward =
            from source in _sources
            let folder = FolderOf(source.Key)
            from name in Identifier().Matches(Code(source.Value)).Select(match => match.Value).Distinct(StringComparer.Ordinal).Except(_vocabulary, StringComparer.Ordinal)
            where homes.TryGetValue(name, out string? home) && home != folder && !_below[folder].Contains(home, StringComparer.Ordinal)
            select $"{source.Key} uses {name} of '{homes[name]}'";
        upward.Should().BeEmpty();
    }

    [Fact]
    public void Unsafe_Wherever_IsAllowedThereAndSaysWhyItIsSafe() =>
        Using("unsafe").Should().NotBeEmpty().And.AllSatisfy(file =>
        {
            _mayBeUnsafe.Should().Contain(allowed => file.StartsWith(allowed, StringComparison.Ordinal), $"{file} is unsafe");

            // In Interop each such method does something with its pointers; elsewhere some only hand them on.
            int reasons = Regex.Count(_sources[file], "// SAFETY: ", RegexOptions.None, _patience);
            reasons.Should().BeGreaterThanOrEqualTo(FolderOf(file) == Root ? 1 : Regex.Count(_sources[file], "unsafe (?!partial)", RegexOptions.None, _patience), file);
        });

    [Fact]
    public void LibraryImport_Wherever_IsInInteropAndKeepsErrno() =>
        Using("LibraryImport").Should().NotBeEmpty().And.AllSatisfy(file =>
        {
            FolderOf(file).Should().Be("Interop");
            Regex.Count(_sources[file], "LibraryImport\\(", RegexOptions.None, _patience).Should().Be(
                Regex.Count(_sources[file], "LibraryImport\\(\"libc\", SetLastError = true\\)", RegexOptions.None, _patience));
        });

    [Fact]
    public void DllImport_Anywhere_IsNotUsed() => Using("DllImport").Should().BeEmpty();

    private static IEnumerable<string> Using(string word) =>
        _sources.Where(source => Regex.IsMatch(Code(source.Value), $@"\b{word}\b", RegexOptions.None, _patience)).Select(source => source.Key);

    private static string FolderOf(string file) => Path.GetDirectoryName(file)!;

    /// <summary>The text without its comments and strings.</summary>
    private static string Code(string text) => CommentOrString().Replace(text, " ");

    [GeneratedRegex(@"//[^\n]*|""(?:\\.|[^""\\\n])*""", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex CommentOrString();

    [GeneratedRegex(@"\b(?:class|struct|enum|interface|record)\s+(?<name>\w+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Declaration();

    /// <summary>Not the members of something, and not methods, some of which are called as the type above them.</summary>
    [GeneratedRegex(@"(?<=\bnew\s+)\w+|(?<![\w.])[A-Za-z_]\w*\b(?!\s*\()", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Identifier();
}
