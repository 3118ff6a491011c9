using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Benchmarks;

/// <summary>A cat: from standard input to standard output, which are pipes.</summary>
internal static class PassOn
{
    public static void Run(string way)
    {
        using SafeFileHandle input = new(0, ownsHandle: false);
        using SafeFileHandle output = new(1, ownsHandle: false);
        if (way == "copy")
        {
            Transfer.Copy(input, output);
            return;
        }

        using FileStream from = new(input, FileAccess.Read, bufferSize: 0);
        using FileStream to = new(output, FileAccess.Write, bufferSize: 0);
        from.CopyTo(to);
    }
}
