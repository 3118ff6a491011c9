using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Benchmarks;

/// <summary>Fills standard output, which is a pipe, with blocks.</summary>
internal static class PipeWriterProgram
{
    /// <summary>More than a writer has: each page was written to once.</summary>
    private const int FirstBytes = 32 * 1024 * 1024;

    public static void Run(string way, bool refills, int blockSize, int mib)
    {
        using SafeFileHandle output = new(1, ownsHandle: false);
        int blocks = (int)(((long)mib << 20) / blockSize);
        if (way == "write")
        {
            Write(output, refills, blockSize, blocks);
        }
        else
        {
            Map(output, way == "any-reader" ? VmSpliceMode.AnyReader : VmSpliceMode.CopyingReader, refills, blockSize, blocks);
        }
    }

    private static void Write(SafeFileHandle output, bool refills, int blockSize, int blocks)
    {
        using FileStream stream = new(output, FileAccess.Write, bufferSize: 0);
        byte[] block = new byte[blockSize];
        for (int i = 0; i < blocks; i++)
        {
            if (refills)
            {
                block.AsSpan().Fill((byte)'x');
            }

            stream.Write(block);
        }
    }

    private static void Map(SafeFileHandle output, VmSpliceMode mode, bool refills, int blockSize, int blocks)
    {
        using VmSpliceWriter writer = new(output, mode);
        for (int i = 0; i < blocks; i++)
        {
            Span<byte> block = writer.GetSpan(blockSize)[..blockSize];
            if (refills || (long)i * blockSize < FirstBytes)
            {
                block.Fill((byte)'x');
            }

            writer.Advance(blockSize);
            writer.Flush();
        }

        if (writer.BytesCopied > 0)
        {
            throw new InvalidOperationException($"{writer.BytesCopied} bytes were copied: {writer.FallbackErrno}");
        }
    }
}
