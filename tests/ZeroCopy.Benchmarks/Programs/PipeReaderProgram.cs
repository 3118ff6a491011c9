using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Benchmarks;

/// <summary>Empties standard input, which is a pipe, and tells how fast.</summary>
internal static class PipeReaderProgram
{
    private const int BufferSize = 1024 * 1024;

    public static void Run(string way, bool isAligned)
    {
        using SafeFileHandle input = new(0, ownsHandle: false);
        using PageBuffer pages = new(BufferSize);
        using FileStream stream = new(input, FileAccess.Read, bufferSize: 0);
        Memory<byte> buffer = isAligned ? pages.Memory : new byte[BufferSize];
        long total = Read(way == "fill" ? bytes => (int)VmSplice.Fill(input, bytes) : stream.Read, buffer, out double seconds);
        Console.WriteLine($"{total / 1073741824.0 / seconds:F3}");
    }

    private static long Read(Func<Span<byte>, int> read, Memory<byte> buffer, out double seconds)
    {
        long total = read(buffer.Span);
        long start = Stopwatch.GetTimestamp();
        int count;
        while ((count = read(buffer.Span)) > 0)
        {
            total += count;
        }

        seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return total;
    }
}
