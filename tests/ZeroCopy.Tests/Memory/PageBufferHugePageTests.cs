using System.Globalization;

namespace ZeroCopy.Tests.Memory;

/// <summary>Huge pages where the system has them; and the same without where it has none.</summary>
public sealed class PageBufferHugePageTests : PageBufferTest
{
    private const string Settings = "/sys/kernel/mm/transparent_hugepage/";

    private static int HugePage => PageBuffer.HugePageSize;

    [Fact]
    public void HugePageSize_ThisSystem_IsWhatItSays()
    {
        string enabled = File.Exists($"{Settings}enabled") ? File.ReadAllText($"{Settings}enabled") : "[never]";
        int said = !enabled.Contains("[never]", StringComparison.Ordinal)
            ? int.Parse(File.ReadAllText($"{Settings}hpage_pmd_size"), CultureInfo.InvariantCulture) : 0;
        PageBuffer.HugePageSize.Should().Be(said);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void New_HugePages_HasThemUntilItIsDisposed(bool isMapped)
    {
        SkipWithoutHugePages();
        Collect();
        PageBuffer buffer = Own(new PageBuffer(HugePage + 1, hugePages: true));
        buffer.Span.Fill(1);
        nint address = AddressOf(buffer.Memory);
        buffer.HasHugePages.Should().BeTrue();
        (address % HugePage).Should().Be(0);
        long held = ProcessMemory.OfMapping(address, "AnonHugePages");
        held.Should().BeGreaterThanOrEqualTo(2L * HugePage);
        if (isMapped)
        {
            // What is handed over takes the page apart.
            buffer.MapInto(NewPipe().WriteHandle, 1);
        }

        buffer.Dispose();
        ProcessMemory.OfMapping(address, "AnonHugePages").Should().Be(held - (2 * HugePage));
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(100_000)]
    public void New_HugePagesForLessThanOne_OneIsCharged(int length)
    {
        SkipWithoutHugePages();
        long before = OutstandingBytes;
        PageBuffer buffer = Own(new PageBuffer(length, hugePages: true));
        buffer.Length.Should().Be(length);
        buffer.Span.ToArray().MustBe(new byte[length]);
        buffer.HasHugePages.Should().BeTrue();
        OutstandingBytes.Should().Be(before + HugePage);
        buffer.MapInto(NewPipe(1 << 20).WriteHandle).Should().Be(length);
        OutstandingBytes.Should().Be(before);
    }

    [SkippableFact]
    public void MapInto_HugePagesIntoAnOrdinaryPipe_ArriveWholePieceByPiece()
    {
        SkipWithoutHugePages();
        byte[] bytes = Bytes.Random((2 * HugePage) + PageSize + 7);
        PageBuffer buffer = BufferOf(bytes, hugePages: true);
        Memory<byte> all = buffer.Memory;
        Pipe pipe = NewPipe();
        List<byte> read = [];
        for (int i = 0; read.Count < bytes.Length; i++)
        {
            int count = Math.Min(bytes.Length - read.Count, i % 3 == 0 ? 1000 : int.MaxValue);
            int mapped = (int)buffer.MapInto(pipe.WriteHandle, count);
            all.Span[..buffer.BytesMapped].Fill(0xEE);
            read.AddRange(ReadExactly(pipe, mapped));
        }

        read.ToArray().MustBe(bytes);
    }

    [SkippableFact]
    public void Pipe_HugePagesAreFilledAfterwards_TheBytesAreRight()
    {
        SkipWithoutHugePages();
        byte[] bytes = Bytes.Random(1 << 20);
        Pipe pipe = NewPipe(1 << 20);
        Pipe copy = NewPipe(1 << 20);
        using (PageBuffer buffer = new(bytes.Length, hugePages: true))
        {
            bytes.CopyTo(buffer.Span);
            buffer.MapInto(pipe.WriteHandle).Should().Be(bytes.Length);
        }

        Tee.Duplicate(pipe.ReadHandle, copy.WriteHandle, bytes.Length).Should().Be(bytes.Length);
        for (int i = 0; i < 40; i++)
        {
            using PageBuffer other = new(HugePage, hugePages: true);
            other.Span.Fill(0xEE);
            Collect();
        }

        ReadExactly(pipe, bytes.Length).MustBe(bytes);
        ReadExactly(copy, bytes.Length).MustBe(bytes);
    }

    [SkippableFact]
    public void New_AddressesThatServedBefore_HasHugePagesAndZeroes()
    {
        SkipWithoutHugePages();
        Pipe pipe = NewPipe();
        HashSet<nint> seen = [];
        int again = 0;
        for (int i = 0; i < 50; i++)
        {
            again += seen.Add(UseInParts(pipe)) ? 0 : 1;
            Collect();
        }

        again.Should().BePositive("addresses serve again");
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void New_HugePagesAreForbidden_HasNoneAndWorks(bool isBySystem)
    {
        string size = isBySystem ? "0" : $"{HugePage}";
        string under = "env";
        if (isBySystem)
        {
            Mounts.SkipWithout();
            Skip.If(HugePage == 0, "the system has none anyway");
            File.WriteAllText(PathOf("never"), "always madvise [never]\n");
            under = Mounts.WithFile(PathOf("never"), $"{Settings}enabled");
        }

        Finished child = Child.RunUnder(under, "page-buffer", "huge", isBySystem ? "never" : "forbidden");
        child.Text.Should().Be($"size {size}, has False\nexact\n");
    }

    [SkippableFact]
    public void New_TheSystemDoesNotSayWhetherItHasHugePages_HasNoneAndWorks()
    {
        Mounts.SkipWithout();
        Skip.If(HugePage == 0, "the system has none anyway");
        string under = Mounts.WithTmpfs(Settings, "4k");
        Child.RunUnder(under, "page-buffer", "huge", "never").Text.Should().Be("size 0, has False\nexact\n");
        Child.RunUnder(under, "write-to-pipe", nameof(VmSpliceMode.AnyReader), "sync").Text.Should().Be("0 mapped, 2000000 copied, copying, None\nexact\n");
        Child.RunUnder(under, "write-to-pipe", nameof(VmSpliceMode.CopyingReader), "sync").Text.Should().EndWith("mapping, None\nexact\n");
    }

    [SkippableFact]
    public void New_HugePagesInAChild_HasThemAndWorks()
    {
        SkipWithoutHugePages();
        Child.Run("page-buffer", "huge").Text.Should().Be($"size {HugePage}, has True\nexact\n");
    }

    /// <summary>Looks for anything but zeroes in a new buffer, fills it, and takes its page apart.</summary>
    private static nint UseInParts(Pipe pipe)
    {
        using PageBuffer buffer = new(HugePage, hugePages: true);
        buffer.HasHugePages.Should().BeTrue();
        buffer.Span.IndexOfAnyExcept((byte)0).Should().Be(-1);
        buffer.Span.Fill(0xEE);
        pipe.Read((int)buffer.MapInto(pipe.WriteHandle, PageSize));
        pipe.Read((int)buffer.MapInto(pipe.WriteHandle, 1));
        return AddressOf(buffer.Memory);
    }

    private static void SkipWithoutHugePages() =>
        Skip.IfNot(HugePage > 0 && Native.GivesHugePage(HugePage), "the system gives no huge pages");
}
