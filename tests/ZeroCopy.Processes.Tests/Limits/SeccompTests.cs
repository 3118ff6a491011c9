namespace ZeroCopy.Processes.Tests.Limits;

/// <summary>
/// A sandbox that forbids the calls, as those of containers do or did: every transfer does its work without them and says why, and the calls themselves fail with
/// what the sandbox gave.
/// </summary>
public sealed class SeccompTests
{
    private const string TheThree = "splice,tee,vmsplice";

    [SkippableTheory]
    [InlineData("EPERM", "socket", "socket", "sync")]
    [InlineData("EPERM", "file", "socket", "async")]
    [InlineData("EPERM", "pipe", "file", "sync")]
    [InlineData("ENOSYS", "socket", "socket", "async")]
    [InlineData("ENOSYS", "socket", "pipe", "async")]
    [InlineData("ENOSYS", "socket", "file", "async")]
    public void Copy_TheThreeAreForbidden_ReadsAndWritesAndSaysWhy(string errno, string source, string destination, string how) =>
        Said(TheThree, errno, "copy", source, destination, how).Should().Match($"ready *\n200000 ReadWrite {errno}\nexact\n");

    [SkippableTheory]
    [InlineData("EPERM", "sync")]
    [InlineData("ENOSYS", "async")]
    public void Copy_FileToFile_GoesOnByWhatIsLeft(string errno, string how)
    {
        Said(TheThree, errno, "copy", "file", "file", how).Should().Match($"ready *\n{3 << 20} CopyFileRange None\nexact\n");
        Said($"{TheThree},copy_file_range", errno, "copy", "file", "file", how).Should().Match($"ready *\n{3 << 20} ReadWrite {errno}\nexact\n");
        Said("copy_file_range", errno, "copy", "file", "file", how).Should().Match($"ready *\n{3 << 20} Splice {errno}\nexact\n");
    }

    [SkippableTheory]
    [InlineData("EPERM", "sync")]
    [InlineData("ENOSYS", "async")]
    public void FanOut_TheThreeOrTeeAloneAreForbidden_EachSinkHasEverything(string errno, string how)
    {
        Said(TheThree, errno, "fan-out", "socket", "socket,pipe,file", how).Should().Match(
            $"ready *\nNone all\nReadWrite {errno} exact\nReadWrite {errno} exact\nReadWrite {errno} exact\n");
        string one = $"Splice, ReadWrite {errno} exact\n";
        Said("tee", errno, "fan-out", "socket", "socket,pipe,file", how).Should().Match($"ready *\nNone all\n{one}{one}{one}");
    }

    [SkippableTheory]
    [InlineData("EPERM")]
    [InlineData("ENOSYS")]
    public void Relay_TheThreeAreForbidden_CarriesBothWaysAndItsTapsToo(string errno) =>
        Said(TheThree, errno, "relay").Should().Be($"Completed ReadWrite {errno} ReadWrite {errno} exact\ntaps exact\n");

    [SkippableTheory]
    [InlineData("EPERM", "sync")]
    [InlineData("ENOSYS", "async")]
    public void VmSpliceWriter_TheThreeAreForbidden_CopiesTheSameBytes(string errno, string flush) =>
        Said(TheThree, errno, "write-to-pipe", "CopyingReader", flush).Should().Be($"0 mapped, 2000000 copied, copying, {errno}\nexact\n");

    [SkippableTheory]
    [InlineData("splice", "splice", "EPERM")]
    [InlineData("tee", "tee", "ENOSYS")]
    [InlineData("fill", "vmsplice", "EPERM")]
    [InlineData("map", "vmsplice", "ENOSYS")]
    public void Calls_TheThreeAreForbidden_ErrnoExceptionOfThat(string call, string syscall, string errno) =>
        Said(TheThree, errno, "call", call).Should().Match($"{errno} 0\n{syscall}: {errno} ({(int)Enum.Parse<Errno>(errno)}): *\n");

    private static string Said(string calls, string errno, params string[] arguments)
    {
        Finished child = Child.Run(["sandboxed", calls, errno, .. arguments]);
        Skip.If(child.Text == ChildProgram.NoSandbox, "seccomp is not to be had here");
        child.Error.Should().BeEmpty();
        return child.Text;
    }
}
