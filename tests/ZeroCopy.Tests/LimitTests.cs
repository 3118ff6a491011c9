using System.Globalization;

namespace ZeroCopy.Tests;

/// <summary>What happens at the limits of a process, a user and a disk.</summary>
public sealed class LimitTests : KernelTest
{
    [Fact]
    public void Calls_NoReaderLeft_EpipeAndTheSignalIsHarmless()
    {
        Finished child = Child.Run("calls-without-a-reader");
        child.Text.Should().Be("EPIPE\nEPIPE\nEPIPE\nEPIPE\n");
        child.ExitCode.Should().Be(0);
    }

    [SkippableTheory]
    [InlineData("2147483648", int.MaxValue)]
    [InlineData("65536", 65536)]
    [InlineData("", 1024 * 1024)]
    public void MaxCapacity_WhateverTheKernelSays_IsANumber(string said, int expected)
    {
        Mounts.SkipWithout();
        File.WriteAllText(PathOf("said"), said);
        Finished child = Child.RunUnder(Mounts.WithFile(PathOf("said"), "/proc/sys/fs/pipe-max-size"), "max-capacity");
        child.Text.Should().Be($"{expected}\nTrue\n");
    }

    [SkippableFact]
    public void MaxCapacity_TheKernelSaysNothing_ItsDefault()
    {
        Mounts.SkipWithout();
        Child.RunUnder(Mounts.WithTmpfs("/proc/sys/fs", "4k"), "max-capacity").Text.Should().Be($"{1024 * 1024}\nTrue\n");
    }

    [Fact]
    public void Pipe_NoDescriptorLeft_EmfileThatSaysWhatToDoAndNoLeak()
    {
        const int Most = 300;
        Finished child = Child.RunAfter($"ulimit -n {Most}", "pipes", "1000");
        child.Text.Should().Match("ready\nleft open: 0\npipe2: EMFILE (24): *ulimit -n*\n");
    }

    [SkippableFact]
    public void Pipe_UserPastTheSoftLimit_TwoSlotsThatStillWorkAndEpermThatSaysWhatToDo()
    {
        // Pipes until past the limit, two descriptors each, and some for the runtime.
        const int DefaultSlots = 16;
        long pages = long.Parse(File.ReadAllText("/proc/sys/fs/pipe-user-pages-soft"), CultureInfo.InvariantCulture);
        long pipes = (pages / DefaultSlots) + 1;
        long descriptors = (2 * pipes) + 500;
        Skip.If(pages == 0, "there is no soft limit");
        Skip.IfNot(Shell.Line($"ulimit -n {descriptors}").ExitCode == 0, $"needs {descriptors} descriptors");
        Finished child = Child.RunUnder($"ulimit -n {descriptors}; {Child.Unprivileged}", "pipes", (pipes + 1).ToString(CultureInfo.InvariantCulture));
        child.Text.Should().Match("ready\n* pipes, the last has 2 slots\ntook 2 pages\nhinted: 2 slots\nleft open: 0\nfcntl: EPERM (1): *pipe-user-pages-soft*\n");
    }

    [Fact]
    public void Move_PastTheFileSizeLimit_ShortCountAndThenEfbig()
    {
        // 16 blocks of 512 or 1024 bytes, by the shell. The runtime's own mapping of code twice needs a larger file than that.
        Finished child = Child.RunAfter("ulimit -f 16; export DOTNET_EnableWriteXorExecute=0", "fill-file", PathOf("file"));
        long length = new FileInfo(PathOf("file")).Length;
        length.Should().BeOneOf(16 * 512, 16 * 1024);
        child.Text.Should().Match($"moved {length}\nleft *\nsplice: EFBIG (27): *\n").And.NotContain("left 0\n");
    }

    [SkippableFact]
    public void Move_OntoAFullDisk_ShortCountAndThenEnospcAndTheRestStays()
    {
        Mounts.SkipWithout();
        Finished child = Child.RunUnder(Mounts.WithTmpfs(Folder, "16k"), "fill-file", PathOf("file"));
        child.Text.Should().Match("moved 16384\nleft *\nsplice: ENOSPC (28): *\n").And.NotContain("left 0\n");
    }
}
