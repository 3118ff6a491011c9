namespace ZeroCopy.Tests.Support;

/// <content>Counts the descriptors of the process before and after, and so runs alone in it.</content>
[Collection(OneAtATime.Name)]
public abstract partial class KernelTest
{
    private HashSet<string> _before = [];

    static KernelTest()
    {
        // What is opened once and kept: for the console, for the first child process, for the first socket, and by the library's loops.
        Console.Out.Flush();
        Shell.Run("true").ExitCode.Should().Be(0);
        SocketPair.Tcp().Dispose();
        List<Pipe> pipes = [.. Enumerable.Range(0, 8 * Environment.ProcessorCount).Select(_ => new Pipe())];
        Task.WhenAll(pipes.Select(pipe => FdReadiness.WaitWritableAsync(pipe.WriteHandle).AsTask())).Wait(Patience).Should().BeTrue();
        pipes.ForEach(pipe => pipe.Dispose());
    }

    partial void CountDescriptors() => _before = OpenDescriptors();

    partial void MustHaveClosedAll()
    {
        // The collector opens files of /proc for a moment, whenever it wants to; and what it finds that an earlier test has left makes a transfer end,
        // whose pipe then comes back to its pool. What counts is the last look: another one would be another chance to meet such a moment.
        string[] left = [];
        SpinWait.SpinUntil(
            () =>
            {
                LibraryPools.Trim();
                left = [.. NewDescriptors()];
                return left.Length == 0;
            },
            Patience);
        left.Should().BeEmpty("a test leaves no descriptor open");
    }

    private IEnumerable<string> NewDescriptors() => OpenDescriptors().Except(_before, StringComparer.Ordinal);

    private static HashSet<string> OpenDescriptors()
    {
        HashSet<string> descriptors = new(StringComparer.Ordinal);
        foreach (string fd in Directory.GetFiles("/proc/self/fd"))
        {
            if (new FileInfo(fd).LinkTarget is string target && !IsOfTheRuntime(target))
            {
                descriptors.Add($"{fd} -> {target}");
            }
        }

        return descriptors;
    }

    /// <summary>The listing itself, and what is loaded when it is first needed.</summary>
    private static bool IsOfTheRuntime(string target) =>
        target.EndsWith("/fd", StringComparison.Ordinal) || Path.GetExtension(target) is ".dll" or ".pdb";
}
