namespace ZeroCopy.Tests.Transfers;

/// <summary>Copies at the limits of a process, a user and a disk.</summary>
public sealed class CopyLimitTests : CopyTest
{
    [SkippableTheory]
    [InlineData("socket", "socket", "sync")]
    [InlineData("socket", "file", "async")]
    [InlineData("pipe", "socket", "async")]
    [InlineData("file", "pipe", "sync")]
    public void Copy_UserPastTheSoftLimit_SmallPipesDo(string source, string destination, string how)
    {
        Skip.If(File.ReadAllText("/proc/sys/fs/pipe-user-pages-soft").Trim() == "0", "there is no soft limit");
        Finished child = Child.RunUnder(Child.Unprivileged, "copy", source, destination, how, "small-pipes");
        child.Text.Should().Match("ready *\n200000 Splice* None\n2 slots\nexact\n", child.Error);
    }

    [Theory]
    [InlineData("socket", "socket", "sync")]
    [InlineData("socket", "socket", "async")]
    [InlineData("slow-socket", "socket", "async")]
    [InlineData("file", "socket", "async")]
    [InlineData("socket", "file", "sync")]
    [InlineData("pipe", "socket", "sync")]
    [InlineData("pipe", "file", "async")]
    [InlineData("socket", "pipe", "sync")]
    public void Copy_NoDescriptorLeft_ReadsAndWritesTheSameBytes(string source, string destination, string how)
    {
        Finished child = Child.RunAfter("ulimit -n 300", "copy", source, destination, how, "warm", "no-descriptors");
        child.Text.Should().Match("ready *\n200000 ReadWrite EMFILE\nexact\n", child.Error);
    }

    [SkippableTheory]
    [InlineData("socket", "file", "splice", "* Splice None")]
    [InlineData("pipe", "file", "splice", "* None")]
    [InlineData("file", "file", "copy_file_range", "* CopyFileRange None")]
    [InlineData("socket", "appending-file", "write", "* ReadWrite EINVAL")]
    public void Copy_DiskIsFull_EnospcAndGoesOnFromThereWhenThereIsRoom(string source, string destination, string call, string afterwards)
    {
        Mounts.SkipWithout();
        Finished child = Child.RunUnder(Mounts.WithTmpfs(Folder, "1m"), "copy-onto-full-disk", source, destination, Folder);
        child.Text.Should().Match($"ENOSPC Destination {call}\nas much as it says\n{afterwards}\nexact\n", child.Error);
    }

    [Theory]
    [InlineData("socket", "splice")]
    [InlineData("pipe", "splice")]
    [InlineData("file", "copy_file_range")]
    public void Copy_PastTheFileSizeLimit_EfbigAndTheRestGoesElsewhere(string source, string call)
    {
        // The runtime's own mapping of code twice needs a larger file than the limit.
        File.WriteAllBytes(PathOf("source"), Bytes.Random(200_000));
        Finished child = Child.RunAfter("ulimit -f 16; export DOTNET_EnableWriteXorExecute=0", "copy-past-file-size-limit", source, Folder);
        child.Text.Should().Match($"EFBIG Destination {call}\nsays what to do\n* None\nexact\n", child.Error);
        new FileInfo(PathOf("destination")).Length.Should().BeOneOf(16 * 512, 16 * 1024);
    }
}
