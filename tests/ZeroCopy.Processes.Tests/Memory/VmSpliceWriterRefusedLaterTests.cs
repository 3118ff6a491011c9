namespace ZeroCopy.Processes.Tests.Memory;

/// <summary>A writer whose mappings are refused only when pages of it are in the pipe.</summary>
public sealed class VmSpliceWriterRefusedLaterTests
{
    /// <summary>Pages that the pipe has were written over, since the writer that copies took all of its memory for free.</summary>
    [SkippableTheory]
    [InlineData("EINVAL")]
    [InlineData("EPERM")]
    public void Flush_RefusedWhilePagesAreUnread_TheyStayAsTheyWere(string errno)
    {
        Finished child = Child.RunInjected("vmsplice", $"error={errno}:when=17+", "write-beside-what-is-unread");
        child.Text.Should().Be($"{4 << 20} mapped, {16 << 10} copied, {errno}\nexact\n", child.Error);
    }
}
