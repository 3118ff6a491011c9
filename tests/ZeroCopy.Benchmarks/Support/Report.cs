using System.Text;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Benchmarks;

/// <summary>A page of the folder Results: shown while it grows, and kept when it is whole.</summary>
internal sealed class Report
{
    private readonly StringBuilder _text = new();
    private readonly string _name;

    /// <param name="name">That of the part, of its file and of the argument that makes it.</param>
    /// <param name="work">What is done for it.</param>
    public Report(string name, Work work)
    {
        _name = name;
        Work = work;
        Write("<!-- Written by the command below. -->");
    }

    public Work Work { get; }

    /// <summary>Where a file beside the page goes.</summary>
    public static string PathOf(string file) => Repository.PathOf("tests", "ZeroCopy.Benchmarks", "Results", file);

    /// <summary>Writes the title, what was measured in rounds and how, and on what.</summary>
    /// <param name="title">The title.</param>
    /// <param name="method">How it is measured.</param>
    /// <param name="programs">Those whose versions matter.</param>
    public void Begin(string title, string method, params string[] programs)
    {
        string medians = $"Medians of {Work.Rounds} interleaved rounds. \"The same again\" is what stands before it, measured once more: what the two differ by is noise.";
        BeginOnce(title, $"{method}\n\n{medians}", programs);
    }

    /// <summary>The same of what is measured once.</summary>
    /// <inheritdoc cref="Begin"/>
    public void BeginOnce(string title, string method, params string[] programs)
    {
        string amount = Work.Percent == 100 ? string.Empty : $" --percent {Work.Percent}";
        string rounds = Work.Rounds == 9 ? string.Empty : $" --rounds {Work.Rounds}";
        Write($"# {title}\n");
        Write($"`dotnet run -c Release --project tests/ZeroCopy.Benchmarks -- peers {_name}{rounds}{amount}`\n");
        Write(method);
        Write($"{string.Join(", ", [.. Machine.Description, .. programs.Select(Machine.VersionOf).OfType<string>()])}.");
    }

    public void Heading(string text) => Write($"\n## {text}\n");

    public void Paragraph(string text) => Write($"\n{text}");

    public void TableHead(params string[] columns)
    {
        TableRow(columns);
        Write($"|{string.Concat(columns.Select(_ => "---|"))}");
    }

    public void TableRow(params string[] cells) => Write($"| {string.Join(" | ", cells)} |");

    public Task SaveAsync() => File.WriteAllTextAsync(PathOf($"{_name}.md"), _text.ToString());

    private void Write(string text)
    {
        Console.WriteLine(text);
        _text.Append(text).Append('\n');
    }
}
