using System.Runtime.CompilerServices;

namespace ZeroCopy.Tests.Memory;

/// <summary>Addresses serve again: not soon, never while anything refers to them, and with zeroes.</summary>
public sealed class PageBufferAddressTests : PageBufferTest
{
    private const int Mebibyte = 1024 * 1024;

    /// <summary>Also of lengths of which one or none is 64 MiB, but which others of the same length have to wait behind.</summary>
    [Theory]
    [InlineData(8 * Mebibyte)]
    [InlineData(32 * Mebibyte)]
    [InlineData(64 * Mebibyte)]
    [InlineData(128 * Mebibyte)]
    public void New_AfterABufferWasCollected_ItsAddressesServeOnlyAfterThoseOfOthers(int length)
    {
        int others = Math.Max(1, 64 * Mebibyte / length);
        nint address = Drop(length);
        List<PageBuffer> held = [];
        for (int i = 0; i < others + 2; i++)
        {
            held.Add(Own(new PageBuffer(length)));
            AddressOf(held[^1].Memory).Should().NotBe(address, "{0} others were not collected after it", others);
        }

        // Those that tests before have left wait before it.
        Enumerable.Range(0, 1000).Any(_ => Drop(length) == address).Should().BeTrue("addresses are no waste either");
    }

    [Fact]
    public void New_AddressesThatServedBefore_Zeroes()
    {
        const int Length = 16 * Mebibyte;
        HashSet<nint> seen = [];
        int again = 0;
        for (int i = 0; i < 20; i++)
        {
            again += seen.Add(DropFull(Length)) ? 0 : 1;
            Collect();
        }

        again.Should().BePositive("addresses serve again");
    }

    /// <summary>What is written through a span that was kept goes nowhere, also where the addresses serve another buffer later.</summary>
    [Fact]
    public unsafe void New_AddressesThatWereWrittenToAfterTheirBufferWasCollected_Zeroes()
    {
        const int Length = 64 * Mebibyte;
        nint address = Drop(Length);
        *(byte*)address = 42;
        bool servesAgain = false;
        for (int i = 0; i < 1000 && !servesAgain; i++)
        {
            using PageBuffer buffer = new(Length);
            servesAgain = AddressOf(buffer.Memory) == address;
            buffer.Span[0].Should().Be(0);
            Drop(Length);
        }

        servesAgain.Should().BeTrue();
    }

    [Fact]
    public void New_WhileAMemoryIsKept_ItsAddressesDoNotServe()
    {
        const int Length = 32 * Mebibyte;
        Memory<byte> kept = MemoryOfNobody(Length);
        nint address = AddressOf(kept);
        for (int i = 0; i < 10; i++)
        {
            Drop(Length).Should().NotBe(address);
        }

        kept.Span[0].Should().Be(0);
    }

    private static nint Drop(int length)
    {
        nint address = AddressOfNobody(length);
        Collect();
        return address;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint AddressOfNobody(int length) => AddressOf(MemoryOfNobody(length));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Memory<byte> MemoryOfNobody(int length)
    {
        using PageBuffer buffer = new(length);
        return buffer.Memory;
    }

    /// <summary>Looks for anything but zeroes in a new buffer, and fills some of its pages.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint DropFull(int length)
    {
        PageBuffer buffer = new(length);
        for (int at = 0; at < length; at += 16 * PageSize)
        {
            buffer.Span.Slice(at, PageSize).IndexOfAnyExcept((byte)0).Should().Be(-1);
            buffer.Span.Slice(at, PageSize).Fill(0xEE);
        }

        return AddressOf(buffer.Memory);
    }
}
