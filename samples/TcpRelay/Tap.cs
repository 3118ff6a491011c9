using Microsoft.Win32.SafeHandles;

namespace TcpRelaySample;

/// <summary>The two files that have what connection N carries: FILE.N.there and FILE.N.back.</summary>
internal sealed class Tap : IDisposable
{
    public Tap(string file, int number)
    {
        There = Create($"{file}.{number}.there");
        try
        {
            Back = Create($"{file}.{number}.back");
        }
        catch
        {
            There.Dispose();
            throw;
        }
    }

    public SafeFileHandle There { get; }

    public SafeFileHandle Back { get; }

    public void Dispose()
    {
        There.Dispose();
        Back.Dispose();
    }

    private static SafeFileHandle Create(string file) => File.OpenHandle(file, FileMode.Create, FileAccess.Write);
}
