namespace ZeroCopy.Tests.Api;

/// <summary>The code of all examples, beside which what is shown elsewhere is held.</summary>
internal static class ExampleCode
{
    public static string All { get; } =
        WithoutIndentation(string.Join('\n', Directory.GetFiles(Repository.PathOf("tests", "ZeroCopy.Tests", "Api"), "*Examples.cs").Select(File.ReadAllText)));

    public static string WithoutIndentation(string code) =>
        string.Join('\n', code.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
}
