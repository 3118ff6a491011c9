using System.Security.Cryptography;

namespace ZeroCopy.Tests.Support;

/// <summary>What is left of bytes that are too many to keep: how many they were, and their SHA-256.</summary>
internal sealed record Digest(long Length, string Hash)
{
    private const int MostAtOnce = 1 << 17;

    public static Digest Of(IEnumerable<ReadOnlyMemory<byte>> chunks)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long length = 0;
        foreach (ReadOnlyMemory<byte> chunk in chunks)
        {
            hash.AppendData(chunk.Span);
            length += chunk.Length;
        }

        return new Digest(length, Convert.ToHexString(hash.GetCurrentHash()));
    }

    /// <summary>Reads to the end, in chunks of random length.</summary>
    public static Digest OfRest(Stream stream, int seed)
    {
        return Of(Chunks());

        IEnumerable<ReadOnlyMemory<byte>> Chunks()
        {
            Random chunking = new(seed);
            byte[] buffer = new byte[MostAtOnce];
            int count;
            while ((count = Read(buffer.AsSpan(0, 1 << chunking.Next(18)))) > 0)
            {
                yield return buffer.AsMemory(0, count);
            }
        }

        // A pseudoterminal whose other side was closed says EIO where others say that they have ended.
        int Read(Span<byte> buffer)
        {
            try
            {
                return stream.Read(buffer);
            }
            catch (IOException e) when (e.HResult == (int)Errno.EIO)
            {
                return 0;
            }
        }
    }
}
