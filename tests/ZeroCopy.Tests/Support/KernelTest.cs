namespace ZeroCopy.Tests.Support;

/// <summary>A test on real descriptors: counts them before and after, and gives it a folder and a deadline. It runs alone in its process.</summary>
[Collection(OneAtATime.Name)]
public abstract class KernelTest : IDisposable
{
    private readonly List<IDisposable> _toDispose = [];
    private readonly HashSet<string> _before;
    private string? _folder;

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

    protected KernelTest() => _before = OpenDescriptors();

    /// <summary>Generous: it tells stuck from slow.</summary>
    protected static TimeSpan Patience { get; } = TimeSpan.FromSeconds(30);

    protected string Folder => _folder ??= Directory.CreateTempSubdirectory("zerocopy-").FullName;

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts what may wait, on a thread of its own.</summary>
    protected static Task<T> OnItsOwnThread<T>(Func<T> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <inheritdoc cref="OnItsOwnThread"/>
    protected static Task InBackground(Action work) => OnItsOwnThread(() =>
    {
        work();
        return true;
    });

    /// <summary>Runs what may wait on a thread of its own, and fails where it is stuck.</summary>
    protected static T InTime<T>(Func<T> work) => OnItsOwnThread(work).WaitAsync(Patience).GetAwaiter().GetResult();

    protected T Own<T>(T resource)
        where T : IDisposable
    {
        _toDispose.Add(resource);
        return resource;
    }

    protected Pipe NewPipe(int capacity = 0, bool nonBlocking = false) => Own(new Pipe(capacity, nonBlocking));

    protected Pipe PipeOf(string text)
    {
        Pipe pipe = NewPipe();
        pipe.Write(text);
        return pipe;
    }

    protected string PathOf(string name) => Path.Combine(Folder, name);

    protected virtual void Dispose(bool disposing)
    {
        _toDispose.Reverse();
        _toDispose.ForEach(resource => resource.Dispose());
        if (_folder is not null)
        {
            Directory.Delete(_folder, recursive: true);
        }

        LibraryPools.Trim();

        // The collector opens files of /proc for a moment, whenever it wants to.
        SpinWait.SpinUntil(() => !NewDescriptors().Any(), TimeSpan.FromSeconds(2));
        NewDescriptors().Should().BeEmpty("a test leaves no descriptor open");
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
