namespace ZeroCopy.Tests.Support;

/// <summary>Where the sources and what was built of them are, for the tests and the benchmarks.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The configuration that the tests were built in, and so the samples beside them: debug or release.</summary>
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Name;

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    public static string Built(string project, string file) => PathOf("artifacts", "bin", project, Configuration, file);

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ZeroCopy.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("This runs from a checkout of the repository.");
    }
}
