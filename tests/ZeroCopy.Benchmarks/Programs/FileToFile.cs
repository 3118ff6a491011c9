namespace ZeroCopy.Benchmarks;

/// <summary>Copies a file, in a process of its own, so that what that took is this transfer's alone.</summary>
internal static class FileToFile
{
    /// <summary>Once to warm up, and once more, of which it tells the expense.</summary>
    public static async Task RunAsync(string way, string path, string copy, int bufferSize)
    {
        await CopyAsync(way, path, copy, bufferSize);
        Console.WriteLine(await CopyAsync(way, path, copy, bufferSize));
    }

    private static async Task<Expense> CopyAsync(string way, string path, string copy, int bufferSize)
    {
        if (way == "file-copy")
        {
            return await Expense.OfAsync(() => Task.Run(() => File.Copy(path, copy, overwrite: true)));
        }

        await using FileStream source = File.OpenRead(path);
        await using FileStream destination = File.Create(copy);
        return await Expense.OfAsync(() => way == "copy" ? StraightCopy.RunAsync(source, destination) : source.CopyToAsync(destination, bufferSize));
    }
}
