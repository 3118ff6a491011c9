using static ZeroCopy.Tests.Support.InjectedCopy;

namespace ZeroCopy.Processes.Tests.Regressions;

/// <summary>
/// No pipe was to be had for the splice, and the copy failed with that, though it could have read and written (uutils/coreutils#11634). A real lack of
/// descriptors or pages is what CopyLimitTests is about.
/// </summary>
public sealed class NoPipeToBeHadTests
{
    [SkippableTheory]
    [InlineData("socket", "socket", "EMFILE", "sync")]
    [InlineData("socket", "socket", "ENFILE", "async")]
    [InlineData("file", "socket", "EMFILE", "async")]
    [InlineData("pipe", "file", "EMFILE", "sync")]
    [InlineData("socket", "pipe", "EMFILE", "async")]
    [InlineData("pipe", "socket", "ENFILE", "async")]
    [InlineData("slow-socket", "socket", "EMFILE", "async")]
    public void Copy_NoPipeIsToBeHad_ReadsAndWritesTheSameBytes(string source, string destination, string errno, string how) =>
        MustSay(Run([$"pipe2:error={errno}"], source, destination, how, "warm"), $"200000 ReadWrite {errno}", "exact");

    [SkippableFact]
    public void Copy_NoPipeIsToBeHadAtFirst_SplicesWhenThereIsOne() =>
        MustSay(Run(["pipe2:error=EMFILE:when=1"], "socket", "socket"), "200000 Splice, ReadWrite EMFILE", "exact");
}
