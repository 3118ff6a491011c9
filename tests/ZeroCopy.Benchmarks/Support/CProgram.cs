using ZeroCopy.Tests.Support;

namespace ZeroCopy.Benchmarks;

/// <summary>A program of the folder Peers, built into a temporary folder that goes when this is disposed.</summary>
internal sealed class CProgram : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("zerocopy-").FullName;

    private CProgram(string name)
    {
        Path = System.IO.Path.Combine(_folder, name);
    }

    public string Path { get; }

    public static async Task<CProgram> BuildAsync(string name)
    {
        CProgram program = new(name);
        await Child.ShellAsync($"cc -O2 -o {program.Path} {Repository.PathOf("tests", "ZeroCopy.Benchmarks", "Peers", name)}.c");
        return program;
    }

    public Child Start(params string[] arguments) => new(Path, arguments);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
