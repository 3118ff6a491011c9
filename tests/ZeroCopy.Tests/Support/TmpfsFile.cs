namespace ZeroCopy.Tests.Support;

/// <summary>The name of a file in memory, which is deleted in the end.</summary>
internal sealed class TmpfsFile : IDisposable
{
    public string Path { get; } = System.IO.Path.Combine("/dev/shm", System.IO.Path.GetRandomFileName());

    public void Dispose() => File.Delete(Path);
}
