using System.Diagnostics;
using System.Net.NetworkInformation;

namespace ZeroCopy.Tests.Support;

/// <summary>A program that serves until it is told to stop.</summary>
public sealed class Daemon : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Thread[] _readers;
    private readonly List<string> _lines = [];
    private Func<string, bool> _keeps = static _ => true;

    /// <summary>Starts it with signals as a shell has them, and with the folders in its path where Debian has servers.</summary>
    public Daemon(string command, params string[] arguments)
    {
        ProcessStartInfo start = new("env", ["--default-signal=INT,PIPE", command, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] += Shell.FoldersOfServers;

        // The runtime makes a socket and two FIFOs for debuggers, which nobody removes after a kill.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        _process = Process.Start(start)!;
        _readers = [ReadLines(_process.StandardOutput), ReadLines(_process.StandardError)];
    }

    public int Id => _process.Id;

    /// <summary>What it has said so far.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public int Descriptors => Directory.GetFiles($"/proc/{Id}/fd").Length;

    public int Threads => Directory.GetDirectories($"/proc/{Id}/task").Length;

    /// <summary>How many it has of a kind, such as socket or pipe.</summary>
    public int DescriptorsOf(string kind) =>
        Directory.GetFiles($"/proc/{Id}/fd").Count(fd => new FileInfo(fd).LinkTarget?.StartsWith($"{kind}:", StringComparison.Ordinal) is true);

    /// <summary>Asks of each line that it says from now on whether it is kept; otherwise all are.</summary>
    public void KeepOnly(Func<string, bool> which)
    {
        lock (_lines)
        {
            _keeps = which;
        }
    }

    public string WaitForLine(string part) => WaitForLines(part, 1)[0];

    /// <summary>Waits until it has said as many lines with that in them.</summary>
    public IReadOnlyList<string> WaitForLines(string part, int count)
    {
        SpinWait.SpinUntil(() => Saying().Length >= count || _process.HasExited, _patience);
        if (_process.HasExited)
        {
            WaitForExit();
        }

        string[] found = Saying();
        found.Length.Should().BeGreaterThanOrEqualTo(count, "this says '{0}':\n{1}", part, string.Join('\n', Lines.TakeLast(50)));
        return found;

        string[] Saying() => [.. Lines.Where(line => line.Contains(part, StringComparison.Ordinal))];
    }

    /// <summary>Waits until it listens, without connecting.</summary>
    public Daemon Listening(int port)
    {
        SpinWait.SpinUntil(() => IsListening(port) || _process.HasExited, _patience);
        IsListening(port).Should().BeTrue("it listens on port {0}:\n{1}", port, string.Join('\n', Lines.TakeLast(50)));
        return this;
    }

    /// <inheritdoc cref="ProcessExtensions.IsAtRest"/>
    public bool IsAtRest() => _process.IsAtRest();

    /// <summary>Sends it a signal, such as TERM.</summary>
    public void Signal(string name) => Shell.Line($"kill -{name} {Id}").ExitCode.Should().Be(0);

    /// <summary>Types at it.</summary>
    public void Type(string keys)
    {
        _process.StandardInput.Write(keys);
        _process.StandardInput.Flush();
    }

    public int WaitForExit()
    {
        _process.WaitForExit(_patience).Should().BeTrue("it ends");
        Array.ForEach(_readers, reader => reader.Join(_patience).Should().BeTrue("nobody else has its output"));
        return _process.ExitCode;
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        WaitForExit();
        _process.StandardInput.Dispose();
        _process.StandardOutput.Dispose();
        _process.StandardError.Dispose();
        _process.Dispose();
    }

    private static bool IsListening(int port) =>
        IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(listener => listener.Port == port);

    private Thread ReadLines(StreamReader reader)
    {
        Thread thread = new(() =>
        {
            while (reader.ReadLine() is string line)
            {
                lock (_lines)
                {
                    if (_keeps(line))
                    {
                        _lines.Add(line);
                    }
                }
            }
        })
        { IsBackground = true, Name = "output of a daemon" };
        thread.Start();
        return thread;
    }
}
