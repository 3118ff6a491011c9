namespace ZeroCopy.Processes.Tests.Support;

/// <summary>A folder whose files are served by a process: those of another folder, by bindfs.</summary>
internal sealed class FuseMount : IDisposable
{
    private readonly Daemon _server;

    public FuseMount(string folder)
    {
        Shell.SkipWithout("bindfs");
        Skip.IfNot(Shell.Has("fusermount3") && File.Exists("/dev/fuse"), "FUSE is not to be had");
        Path = Directory.CreateDirectory(System.IO.Path.Combine(folder, "fuse")).FullName;
        Served = Directory.CreateDirectory(System.IO.Path.Combine(folder, "served")).FullName;
        _server = new Daemon("bindfs", "-f", Served, Path);
        if (!SpinWait.SpinUntil(() => IsMounted, TimeSpan.FromSeconds(10)))
        {
            _server.Dispose();
            Skip.If(true, $"mounting is not allowed here: {string.Join(' ', _server.Lines)}");
        }
    }

    public string Path { get; }

    /// <summary>Where its files really are.</summary>
    public string Served { get; }

    private bool IsMounted => File.ReadAllText("/proc/self/mountinfo").Contains($" {Path} ", StringComparison.Ordinal);

    /// <summary>Ends the server as a crash would. What is open stays so, and is of no use to anybody.</summary>
    public void Kill() => _server.Signal("KILL");

    public void Dispose()
    {
        Finished unmounted = Shell.Run("fusermount3", "-u", "-z", Path);
        _server.Dispose();
        unmounted.ExitCode.Should().Be(0, unmounted.Error);
    }
}
