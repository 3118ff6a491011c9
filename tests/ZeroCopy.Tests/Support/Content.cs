namespace ZeroCopy.Tests.Support;

/// <summary>Bytes for a transfer, as many as one likes: random, the same for the same seed, or all zero.</summary>
internal sealed class Content
{
    /// <summary>After so many they repeat, at no multiple of anything that a kernel counts in.</summary>
    private const int Period = (1 << 20) + 13;

    private readonly byte[] _block;
    private readonly int _seed;

    public Content(long length, int seed, bool isZero = false)
    {
        Length = length;
        _seed = seed;
        _block = new byte[Math.Min(length, Period)];
        if (!isZero)
        {
            new Random(seed).NextBytes(_block);
        }
    }

    public long Length { get; }

    public Digest Digest => Digest.Of(Chunks());

    /// <summary>All of them, in chunks of random length: as many short ones as long ones.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Chunks()
    {
        Random chunking = new(_seed);
        for (long at = 0; at < Length;)
        {
            int start = (int)(at % _block.Length);
            int count = (int)Math.Min(Math.Min(1 << chunking.Next(18), _block.Length - start), Length - at);
            yield return _block.AsMemory(start, count);
            at += count;
        }
    }

    public void WriteTo(Stream stream)
    {
        foreach (ReadOnlyMemory<byte> chunk in Chunks())
        {
            stream.Write(chunk.Span);
        }
    }
}
