using System.Numerics;
using System.Runtime.InteropServices;

namespace ZeroCopy.Processes.Tests.Soak;

/// <summary>CRC-32C of bytes that come in pieces, and how many they were.</summary>
internal sealed class Checksum
{
    private uint _crc = uint.MaxValue;

    public long Length { get; private set; }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        Length += bytes.Length;
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            _crc = BitOperations.Crc32C(_crc, word);
        }

        foreach (byte rest in bytes[(bytes.Length & ~(sizeof(ulong) - 1))..])
        {
            _crc = BitOperations.Crc32C(_crc, rest);
        }
    }

    public override string ToString() => $"{Length} bytes, {~_crc:x8}";
}
