using System.Runtime.InteropServices;

namespace ZeroCopy.Tests.Support;

/// <summary>Bytes for what is too much to keep: each tells its place in the whole, so that none can stand for another one that was written before or later.</summary>
internal static class PlacedBytes
{
    private const int WordSize = sizeof(ulong);

    public static void Fill(Span<byte> bytes, long place)
    {
        Span<byte> word = stackalloc byte[WordSize];
        for (; !bytes.IsEmpty && place % WordSize != 0; bytes = bytes[1..], place++)
        {
            bytes[0] = At(place, word);
        }

        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        ulong first = (ulong)place / WordSize;
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = Word(first + (ulong)i);
        }

        place += words.Length * WordSize;
        foreach (ref byte last in bytes[(words.Length * WordSize)..])
        {
            last = At(place++, word);
        }
    }

    public static byte[] Of(int count, long place = 0)
    {
        byte[] bytes = new byte[count];
        Fill(bytes, place);
        return bytes;
    }

    /// <summary>Fails where the bytes are not those of a place.</summary>
    public static void MustBePlaced(this ReadOnlySpan<byte> bytes, long place)
    {
        byte[] expected = Of(bytes.Length, place);
        int same = bytes.CommonPrefixLength(expected);
        (place + same).Should().Be(place + bytes.Length, "each byte from {0} on is what was written there", place);
    }

    private static byte At(long place, Span<byte> word)
    {
        ulong value = Word((ulong)place / WordSize);
        MemoryMarshal.Write(word, in value);
        return word[(int)(place % WordSize)];
    }

    /// <summary>Each number gives another one, whose bytes look as if they were random.</summary>
    private static ulong Word(ulong number)
    {
        number = (number + 1) * 0x9E3779B97F4A7C15;
        return (number ^ (number >> 32)) * 0xD6E8FEB86659FD93;
    }
}
