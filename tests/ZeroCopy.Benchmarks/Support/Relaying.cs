namespace ZeroCopy.Benchmarks;

/// <summary>A relay that runs.</summary>
internal sealed record Relaying(Child Process, string Port) : IDisposable
{
    public void Dispose() => Process.Dispose();
}
