using System.Collections.Concurrent;

namespace ZeroCopy.Tests.Support;

/// <summary>Keeps what is reported, and does whatever else the test wants at each report.</summary>
internal sealed class Reports(Action? andThen = null) : IProgress<long>
{
    public ConcurrentQueue<long> All { get; } = new();

    public void Report(long value)
    {
        All.Enqueue(value);
        andThen?.Invoke();
    }
}
