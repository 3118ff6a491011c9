using System.Diagnostics;
using System.Globalization;

namespace ZeroCopy.Benchmarks;

/// <summary>A process whose lines are read, and which is killed when this is disposed. What it says on standard error is shown.</summary>
internal sealed class Child : IDisposable
{
    /// <summary>Many times what anything here takes: one that is stuck ends the comparison, and is not waited for all night.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(10);

    /// <summary>USER_HZ, which is 100 on all that .NET runs on.</summary>
    private const double TicksASecond = 100;

    private readonly Process _process;
    private readonly string _line;

    public Child(string file, params string[] arguments)
    {
        _line = $"{file} {string.Join(' ', arguments)}";
        ProcessStartInfo start = new(file, arguments) { UseShellExecute = false, RedirectStandardOutput = true };

        // Killed, a .NET process would leave the sockets of its diagnostics in the temporary folder.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        _process = Process.Start(start)!;
    }

    /// <summary>CPU time so far, in the kernel too, of the process and of all that it has started.</summary>
    public TimeSpan CpuTime => TimeSpan.FromSeconds(TicksOf(_process.Id) / TicksASecond);

    /// <summary>Bytes of memory that are in RAM and are no file's.</summary>
    public long AnonymousBytes => long.Parse(
        File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith("RssAnon:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) * 1024;

    /// <summary>This program once more, with another command.</summary>
    public static Child OfThisProgram(params string[] arguments) => new("dotnet", [typeof(Child).Assembly.Location, .. arguments]);

    /// <summary>Runs a line of sh to its end.</summary>
    public static async Task ShellAsync(string line)
    {
        using Child shell = new("sh", "-c", line);
        await shell.WaitAsync();
    }

    public async Task<string> ReadLineAsync() =>
        await _process.StandardOutput.ReadLineAsync().WaitAsync(_patience)
            ?? throw new InvalidOperationException($"it ended too early: {_line}");

    /// <summary>The port that it says it listens on, once it does.</summary>
    public async Task<string> ReadPortAsync() => (await ReadLineAsync()).Split(' ')[^1];

    /// <summary>Waits for its end, which must be a good one.</summary>
    public async Task WaitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(_patience);
        if (_process.ExitCode != 0)
        {
            throw new InvalidOperationException($"exit code {_process.ExitCode}: {_line}");
        }
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private static long TicksOf(int pid)
    {
        try
        {
            // Of proc_pid_stat(5), behind the name: utime, stime, and those of children that were waited for.
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            long own = stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[11..15].Sum(ticks => long.Parse(ticks, CultureInfo.InvariantCulture));
            string children = File.ReadAllText($"/proc/{pid}/task/{pid}/children");
            return own + children.Split(' ', StringSplitOptions.RemoveEmptyEntries).Sum(child => TicksOf(int.Parse(child, CultureInfo.InvariantCulture)));
        }
        catch (IOException)
        {
            // It ended meanwhile, and its parent has the time.
            return 0;
        }
    }
}
