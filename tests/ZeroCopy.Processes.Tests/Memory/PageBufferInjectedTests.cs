namespace ZeroCopy.Processes.Tests.Memory;

/// <summary>A kernel without vmsplice, or a sandbox that forbids it: a debugger makes the call fail.</summary>
public sealed class PageBufferInjectedTests
{
    [SkippableTheory]
    [InlineData("EPERM")]
    [InlineData("ENOSYS")]
    [InlineData("EINVAL")]
    [InlineData("EOPNOTSUPP")]
    [InlineData("ENOMEM")]
    [InlineData("EPERM", "non-block", "non-blocking")]
    [InlineData("EINVAL", "non-block")]
    [InlineData("EINVAL", "non-blocking")]
    public void MapInto_TheKernelRefuses_ErrnoExceptionAndTheBytesCanBeWritten(string errno, params string[] how)
    {
        Finished child = Child.RunInjected("vmsplice", $"error={errno}", ["page-buffer", "refused", .. how]);
        child.Text.Should().Match(
            $"{errno} 0\nvmsplice: {errno} ({(int)Enum.Parse<Errno>(errno)}): *\nmapped 0, in the pipe 0, nothing is lost\nwritten\n");
    }

    [SkippableFact]
    public void MapInto_NonBlockIsRefusedOnANonblockingPipe_TheBytesAreWrittenInstead()
    {
        Finished child = Child.RunInjected("vmsplice", "error=EINVAL", "page-buffer", "written");
        child.Text.Should().Match("5\n*EAGAIN\nexact\n").And.NotContain("None");
    }

    [SkippableFact]
    public void MapInto_InterruptedBySignals_IsRepeated() =>
        Child.RunInjected("vmsplice", "error=EINTR:when=1..3", "page-buffer", "written").Text.Should().EndWith("exact\n");
}
