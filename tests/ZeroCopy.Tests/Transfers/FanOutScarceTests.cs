namespace ZeroCopy.Tests.Transfers;

/// <summary>Too few descriptors, pages for pipes, or blocks on a disk: it does with what it has.</summary>
public sealed class FanOutScarceTests : FanOutTest
{
    [Theory]
    [InlineData("socket", "sync")]
    [InlineData("file", "async")]
    [InlineData("pipe", "async")]
    public void FanOut_OnlySmallPipes_SplicesWithThem(string source, string how)
    {
        Finished child = Child.RunUnder(Child.Unprivileged, "fan-out", source, "socket,pipe,file,socket", "small-pipes", how);
        child.Text.Should().Match("ready *\nNone all\n" + string.Concat(Enumerable.Repeat("Splice None exact\n", 4)), child.Error);
    }

    /// <summary>A duplicate of more slots than a pipe has would be cut, and could not be continued.</summary>
    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    public void FanOut_FirstPipeIsSmallerThanTheLast_TheSmallOneIsFilledAndNothingIsCut(string how)
    {
        Finished child = Child.RunUnder(Child.Unprivileged, "fan-out-with-pipes-of-two-sizes", how);
        child.Text.Should().Be("16 and 2 slots\nNone all\nSplice None exact\nSplice None exact\n", child.Error);
    }

    /// <summary>On the calling thread: without a descriptor, .NET ends the process as soon as the thread pool starts a thread.</summary>
    [Theory]
    [InlineData("socket", "socket,socket,file")]
    [InlineData("socket", "socket,pipe,file")]
    [InlineData("pipe", "socket,pipe,appending-file")]
    [InlineData("pipe", "pipe,socket,file")]
    [InlineData("slow-socket", "socket,pipe")]
    [InlineData("file", "pipe,socket")]
    public void FanOut_NoDescriptorForAPipe_ReadsAndWritesTheSameBytes(string source, string sinks)
    {
        Finished child = Child.RunAfter("ulimit -n 300", "fan-out", source, sinks, "no-descriptors", "warm", "sync");
        child.Text.Should().Match(
            "ready *\nNone all\n" + string.Concat(Enumerable.Repeat("ReadWrite EMFILE exact\n", sinks.Split(',').Length)), child.Error);
    }

    [SkippableTheory]
    [InlineData("socket", "sync")]
    [InlineData("socket", "async")]
    [InlineData("file", "async")]
    public void FanOut_TheDiskOfOneSinkIsFull_IsDetachedAndTheOthersGetEverything(string source, string how)
    {
        Mounts.SkipWithout();
        Finished child = Child.RunUnder(Mounts.WithTmpfs(Folder, "1m"), "fan-out-onto-full-disk", source, Folder, how);
        child.Text.Should().Be("None all\nSplice None exact\nSplice None ENOSPC splice exact so far\nSplice None exact\n", child.Error);
    }
}
