namespace ZeroCopy.Tests.Capabilities;

/// <summary>What is told of the machine is what the calls themselves say there.</summary>
public sealed class KernelSupportTests : KernelTest
{
    [Fact]
    public void Probe_Here_WhatTheCallsSay()
    {
        KernelSupport support = KernelSupport.Probe();
        Pipe source = PipeOf("hello");
        Pipe target = NewPipe();
        support.PipeErrno.Should().Be(Errno.None);
        support.TeeErrno.Should().Be(Tee.TryDuplicate(source.ReadHandle, target.WriteHandle, 1, SpliceFlags.None, out _));
        support.SpliceErrno.Should().Be(Splice.TryMove(source.ReadHandle, target.WriteHandle, 1, SpliceFlags.None, out _));
        support.VmSpliceErrno.Should().Be(VmSplice.TryFill(target.ReadHandle, new byte[2], SpliceFlags.None, out _));
        support.VmSpliceRefers.HasValue.Should().Be(support.VmSpliceErrno == Errno.None);
        support.KernelRelease.Should().Be(Shell.Run("uname", "-r").Text.Trim());
        support.PipeCapacity.Should().Be(target.Capacity);
        target.Capacity = support.LargestPipeCapacity!.Value;
        target.Capacity.Should().Be(support.LargestPipeCapacity);
        support.UserPipePagesSoft.Should().Be(long.Parse(File.ReadAllText("/proc/sys/fs/pipe-user-pages-soft"), System.Globalization.CultureInfo.InvariantCulture));
        support.HugePageSize.Should().Be(PageBuffer.HugePageSize);
        using PageBuffer buffer = new(Math.Max(1, PageBuffer.HugePageSize), hugePages: true);
        support.HasHugePages.Should().Be(buffer.HasHugePages);
    }

    [Fact]
    public void VmSpliceRefers_Here_WhatAPageThatIsWrittenToShows()
    {
        bool? told = KernelSupport.Probe().VmSpliceRefers;
        using SharedPage page = new(1);
        Pipe pipe = NewPipe();
        page.MapInto(pipe);
        page.Fill(2);
        told.Should().Be(pipe.Read()[0] == 2);
    }

    [Fact]
    public void CopyFileRange_Here_WhatACopyOfFilesFindsOut()
    {
        Errno? told = KernelSupport.Probe().CopyFileRangeErrno;
        string path = PathOf("file");
        File.WriteAllText(path, "hello");
        using FileStream source = File.OpenRead(path);
        using FileStream destination = File.Create(PathOf("copy"));
        Transfer.Copy(source, destination).Path.HasFlag(TransferPath.CopyFileRange).Should().Be(told == Errno.None);
    }

    [Fact]
    public void ToString_Here_ALineForEach()
    {
        string[] lines = KernelSupport.Probe().ToString().Split('\n');
        lines.Select(line => line[..17].TrimEnd()).Should().Equal("kernel", "splice", "tee", "vmsplice", "copy_file_range", "pipe", "pipe pages", "huge pages");
        lines.Should().AllSatisfy(line => line[17..].Should().NotBeEmpty());
        lines[5].Should().MatchRegex(@"\d+ bytes, at most \d+$");
    }

    [SkippableTheory]
    [InlineData("splice,tee,vmsplice", "EPERM", 1)]
    [InlineData("splice,tee,vmsplice,copy_file_range", "ENOSYS", 38)]
    public void Probe_CallsAreForbidden_SaysWithWhat(string calls, string errno, int number)
    {
        Finished child = Child.Run("sandboxed", calls, errno, "kernel-support");
        Skip.If(child.Text == ChildProgram.NoSandbox, "seccomp is not to be had here");
        string[] lines = child.Text.Split('\n');
        foreach (string call in (string[])["splice", "tee", "vmsplice", "copy_file_range"])
        {
            string expected = calls.Split(',').Contains(call, StringComparer.Ordinal) ? $"refused: {errno} ({number})" : "permitted";
            lines.Should().Contain($"{call,-15}  {expected}", child.Text + child.Error);
        }

        child.Text.Should().MatchRegex(@"pipe             \d+ bytes, at most \d+\n", "that is not forbidden");
    }

    /// <summary>A pipe takes two descriptors, and splice and tee two pipes; a file to be read one.</summary>
    [Fact]
    public void Probe_FewDescriptorsLeft_TellsWhatCouldBeFoundOutAndLeavesThem()
    {
        Finished child = Child.RunAfter("ulimit -n 300", "kernel-support-without-descriptors");
        child.Text.Should().Be(
            """
            0 left: pipe EMFILE, vmsplice , splice , soft False
            1 left: pipe EMFILE, vmsplice , splice , soft True
            2 left: pipe None, vmsplice None, splice , soft True
            3 left: pipe None, vmsplice None, splice , soft True
            4 left: pipe None, vmsplice None, splice None, soft True

            """,
            child.Error);
    }

    [SkippableFact]
    public void Probe_LimitsAreHidden_Unknown()
    {
        Mounts.SkipWithout();
        Finished child = Child.RunUnder(Mounts.WithTmpfs("/proc/sys/fs", "4k"), "kernel-support");
        child.Text.Should().Contain("\npipe pages       unknown soft, unknown hard, for all pipes of the user\n", child.Error);
    }

    [SkippableTheory]
    [InlineData("always [madvise] never", "madvise.*")]
    [InlineData("always madvise [never]", "never, none to be had")]
    [InlineData("", "unknown")]
    public void Probe_HugePages_AsTheSystemSays(string said, string expected)
    {
        Mounts.SkipWithout();
        File.WriteAllText(PathOf("said"), said);
        Finished child = Child.RunUnder(Mounts.WithFile(PathOf("said"), "/sys/kernel/mm/transparent_hugepage/enabled"), "kernel-support");
        child.Text.Should().MatchRegex($@"\nhuge pages       {expected}\n$", child.Error);
    }
}
