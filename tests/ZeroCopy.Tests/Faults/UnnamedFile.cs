using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Faults;

/// <summary>Files on the disk that go when they are closed.</summary>
internal static class UnnamedFile
{
    public static SafeFileHandle Open(int flags = 0)
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        SafeFileHandle file = Native.Open(path, Native.O_RDWR | Native.O_CREAT | flags);
        File.Delete(path);
        return file;
    }

    /// <summary>As a FileStream, which has a position of its own, or as a handle, whose position is the descriptor's.</summary>
    public static (IDisposable Owner, TransferEndpoint Endpoint) As(string kind, SafeFileHandle file)
    {
        if (kind != "stream")
        {
            return (file, file);
        }

        FileStream stream = new(file, FileAccess.ReadWrite, bufferSize: 0);
        return (stream, stream);
    }
}
