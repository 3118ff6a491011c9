namespace ZeroCopy.Tests.Support;

/// <summary>A test on real descriptors: has a folder and a deadline, and disposes what it owns.</summary>
public abstract partial class KernelTest : IDisposable
{
    private readonly List<IDisposable> _toDispose = [];
    private string? _folder;

    protected KernelTest() => CountDescriptors();

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

        MustHaveClosedAll();
    }

    partial void CountDescriptors();

    partial void MustHaveClosedAll();
}
