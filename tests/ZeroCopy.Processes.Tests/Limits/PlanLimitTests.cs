namespace ZeroCopy.Processes.Tests.Limits;

/// <summary>Where calls are forbidden or nothing is left of what they need, what is told of a copy is what it does.</summary>
public sealed class PlanLimitTests
{
    [SkippableTheory]
    [InlineData("splice,tee,vmsplice", "EPERM", "socket", "socket", "ReadWrite EPERM")]
    [InlineData("splice,tee,vmsplice", "ENOSYS", "file", "socket", "ReadWrite ENOSYS")]
    [InlineData("splice,tee,vmsplice", "EPERM", "pipe", "file", "ReadWrite EPERM")]
    [InlineData("splice,tee,vmsplice", "ENOSYS", "socket", "pipe", "ReadWrite ENOSYS")]
    [InlineData("splice,tee,vmsplice", "EPERM", "file", "file", "CopyFileRange None")]
    [InlineData("copy_file_range", "EPERM", "file", "file", "Splice EPERM")]
    [InlineData("copy_file_range", "ENOSYS", "file", "appending-file", "Splice, ReadWrite EINVAL")]
    [InlineData("copy_file_range,splice", "ENOSYS", "file", "file", "ReadWrite ENOSYS")]
    [InlineData("tee,vmsplice", "ENOSYS", "socket", "file", "Splice None")]
    public void Explain_CallsAreForbidden_WhatTheCopyDoes(string calls, string errno, string source, string destination, string expected)
    {
        Finished child = Child.Run("sandboxed", calls, errno, "explain", source, destination);
        Skip.If(child.Text == ChildProgram.NoSandbox, "seccomp is not to be had here");
        child.Text.Should().MatchRegex($"^planned {expected}\ncopied {expected}(, ReadWrite)?\n$", child.Error);
    }

    [Theory]
    [InlineData("socket", "socket", "ReadWrite EMFILE")]
    [InlineData("pipe", "file", "ReadWrite EMFILE")]
    [InlineData("file", "pipe", "ReadWrite EMFILE")]
    [InlineData("file", "file", "CopyFileRange None")]
    public void Explain_NoDescriptorLeft_WhatTheCopyDoes(string source, string destination, string expected)
    {
        Finished child = Child.RunAfter("ulimit -n 300", "explain", source, destination, "no-descriptors");
        child.Text.Should().Be($"planned {expected}\ncopied {expected}\n", child.Error);
    }
}
