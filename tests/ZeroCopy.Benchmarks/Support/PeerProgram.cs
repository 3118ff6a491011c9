using ZeroCopy.Tests.Support;

namespace ZeroCopy.Benchmarks;

/// <summary>A program of the folder Peers, built into a temporary folder that goes when this is disposed.</summary>
internal sealed class PeerProgram : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("zerocopy-").FullName;

    private PeerProgram()
    {
        Path = System.IO.Path.Combine(_folder, "program");
    }

    public string Path { get; }

    /// <summary>Where something of the folder is.</summary>
    public static string PathOf(string name) => Repository.PathOf("tests", "ZeroCopy.Benchmarks", "Peers", name);

    /// <summary>Builds a program in C.</summary>
    public static async Task<PeerProgram> BuildAsync(string name)
    {
        PeerProgram program = new();
        await Child.ShellAsync($"cc -O2 -o {program.Path} {PathOf(name)}.c");
        return program;
    }

    /// <summary>Builds a program in Go, if its compiler is there.</summary>
    public static async Task<PeerProgram?> TryBuildGoAsync(string name)
    {
        if (!Machine.Has("go"))
        {
            return null;
        }

        PeerProgram program = new();
        await Child.ShellAsync($"go build -o {program.Path} {PathOf(name)}.go");
        return program;
    }

    public Child Start(params string[] arguments) => new(Path, arguments);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
