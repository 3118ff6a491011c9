namespace ZeroCopy.Processes.Tests.Memory;

/// <summary>Writers whose vmsplice a debugger makes fail: where it is refused the same bytes are copied, from then on; where it fails the next flush goes on.</summary>
public sealed class VmSpliceWriterInjectedTests
{
    public static TheoryData<string, string, string> Refusals()
    {
        TheoryData<string, string, string> refusals = [];
        foreach (string errno in (string[])["EPERM", "ENOSYS", "EINVAL", "EOPNOTSUPP"])
        {
            foreach (VmSpliceMode mode in Enum.GetValues<VmSpliceMode>())
            {
                refusals.Add(errno, mode.ToString(), "sync");
                refusals.Add(errno, mode.ToString(), "async");
            }
        }

        return refusals;
    }

    [SkippableTheory]
    [MemberData(nameof(Refusals))]
    public void Flush_MappingIsRefused_CopiesTheSameBytes(string errno, string mode, string flush) =>
        Child.RunInjected("vmsplice", $"error={errno}", "write-to-pipe", mode, flush).Text
            .Should().Be($"0 mapped, 2000000 copied, copying, {errno}\nexact\n");

    [SkippableTheory]
    [MemberData(nameof(Refusals))]
    public void Flush_MappingIsRefusedLater_CopiesFromThenOn(string errno, string mode, string flush)
    {
        string[] said = Child.RunInjected("vmsplice", $"error={errno}:when=3+", "write-to-pipe", mode, flush).Text.Split('\n');
        said.Should().HaveCount(3);
        said[0].Should().Match($"* mapped, * copied, copying, {errno}").And.NotStartWith("0 mapped").And.NotContain(" 0 copied");
        said[1].Should().Be("exact");
    }

    [SkippableTheory]
    [InlineData("ENOMEM", "AnyReader", "sync", 1)]
    [InlineData("ENOMEM", "CopyingReader", "async", 2)]
    [InlineData("EBADF", "AnyReader", "async", 3)]
    [InlineData("EPIPE", "CopyingReader", "sync", 4)]
    public void Flush_MappingFails_TellsSoAndTheNextFlushGoesOn(string errno, string mode, string flush, int when)
    {
        string[] said = Child.RunInjected("vmsplice", $"error={errno}:when={when}", "write-to-pipe", mode, flush).Text.Split('\n');
        said[0].Should().Be($"{errno} vmsplice");
        said[^3].Should().Match("* mapped, * copied, mapping, None");
        said[^2].Should().Be("exact");
    }

    [SkippableTheory]
    [InlineData("AnyReader")]
    [InlineData("CopyingReader")]
    public void Flush_InterruptedBySignals_GoesOn(string mode) =>
        Child.RunInjected("vmsplice", "error=EINTR:when=1..3", "write-to-pipe", mode, "sync").Text
            .Should().Be("2000000 mapped, 0 copied, mapping, None\nexact\n");

    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    public void Flush_NoHugePages_AnyReaderCopiesAndSaysSo(string flush) =>
        Child.Run("without-huge-pages", "write-to-pipe", "AnyReader", flush).Text.Should().Be("0 mapped, 2000000 copied, copying, None\nexact\n");

    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    public void Flush_NoHugePages_CopyingReaderMaps(string flush) =>
        Child.Run("without-huge-pages", "write-to-pipe", "CopyingReader", flush).Text.Should().Be("2000000 mapped, 0 copied, mapping, None\nexact\n");
}
