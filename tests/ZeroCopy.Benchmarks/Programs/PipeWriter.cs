using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Benchmarks;

/// <summary>Fills standard output, which is a pipe, with blocks.</summary>
internal static class PipeWriter
{
    private const int BlockSize = 256 * 1024;

    /// <summary>More than a writer has of them: each page was written to once.</summary>
    private const int FirstBlocks = 64;

    public static void Run(string way, bool refills, int mib)
    {
        using SafeFileHandle output = new(1, ownsHandle: false);
        int blocks = mib * (1024 * 1024 / BlockSize);
        if (way == "write")
        {
            Write(output, refills, blocks);
        }
        else
        {
            Map(output, way == "any-reader" ? VmSpliceMode.AnyReader : VmSpliceMode.CopyingReader, refills, blocks);
        }
    }

    private static void Write(SafeFileHandle output, bool refills, int blocks)
    {
        using FileStream stream = new(output, FileAccess.Write, bufferSize: 0);
        byte[] block = new byte[BlockSize];
        for (int i = 0; i < blocks; i++)
        {
            if (refills)
            {
                block.AsSpan().Fill((byte)'x');
            }

            stream.Write(block);
        }
    }

    private static void Map(SafeFileHandle output, VmSpliceMode mode, bool refills, int blocks)
    {
        using VmSpliceWriter writer = new(output, mode);
        for (int i = 0; i < blocks; i++)
        {
            Span<byte> block = writer.GetSpan(BlockSize)[..BlockSize];
            if (refills || i < FirstBlocks)
            {
                block.Fill((byte)'x');
            }

            writer.Advance(BlockSize);
            writer.Flush();
        }

        if (writer.BytesCopied > 0)
        {
            throw new InvalidOperationException($"{writer.BytesCopied} bytes were copied: {writer.FallbackErrno}");
        }
    }
}
