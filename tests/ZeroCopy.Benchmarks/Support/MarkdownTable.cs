namespace ZeroCopy.Benchmarks;

internal static class MarkdownTable
{
    public static void WriteHead(params string[] columns)
    {
        WriteRow(columns);
        Console.WriteLine($"|{string.Concat(columns.Select(_ => "---|"))}");
    }

    public static void WriteRow(params string[] cells) => Console.WriteLine($"| {string.Join(" | ", cells)} |");
}
