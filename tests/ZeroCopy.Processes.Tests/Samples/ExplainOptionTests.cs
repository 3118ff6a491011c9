namespace ZeroCopy.Processes.Tests.Samples;

/// <summary>The samples tell with --explain what the machine permits and which way bytes would take, and do nothing else.</summary>
public sealed class ExplainOptionTests : KernelTest
{
    private const string Report = "kernel *\nsplice *\ntee *\nvmsplice *\ncopy_file_range *\npipe *\npipe pages *\nhuge pages *\n";

    private static readonly string _generate = $"dotnet {Repository.Built("Generate", "Generate.dll")}";
    private static readonly string _relay = $"dotnet {Repository.Built("TcpRelay", "TcpRelay.dll")}";

    [Fact]
    public void Tee_Explain_TellsOfEachOutputAndLeavesAllAsTheyAre()
    {
        File.WriteAllText(PathOf("a"), "before");
        Finished run = Run($"printf hello | {{ {TeeSample.CommandLine} --explain a new no/such; echo $?; cat; }}");
        run.Error.Should().Match(
            $"{Report}the way to each output, if it were the only one:\n'standard output': Pipe to Pipe: Splice, *\na: Pipe to File: Splice, through a pipe of *\n"
            + "new: No such file or directory\nno/such: No such file or directory\n");
        run.Text.Should().Be("0\nhello", "nothing was read of the input, and nothing written");
        File.ReadAllText(PathOf("a")).Should().Be("before");
        File.Exists(PathOf("new")).Should().BeFalse();
    }

    [Fact]
    public void Tee_ExplainAppending_WrittenTo()
    {
        File.WriteAllText(PathOf("a"), "before");
        Finished run = Run($"printf hello | {TeeSample.CommandLine} --explain -a a >> out");
        run.Error.Should().MatchRegex("\n'standard output': Pipe to File: Splice, ReadWrite, [^\n]* EINVAL\na: Pipe to File: Splice, ReadWrite, [^\n]* EINVAL\n$");
        run.ExitCode.Should().Be(0);
        File.ReadAllText(PathOf("a")).Should().Be("before");
    }

    [Fact]
    public void Tee_ExplainWhatCannotBeCopied_SaysSo()
    {
        Run($"mkfifo fifo; {TeeSample.CommandLine} --explain fifo < / > /dev/null").Error.Should().Match(
            $"{Report}*\n'standard output': A directory has no bytes to transfer.*\nfifo: No such device or address\n", "a FIFO without a reader is not waited for");
        Run($"{TeeSample.CommandLine} --explain <&- >&-").Error.Should().EndWith("'standard output': Bad file descriptor\n");
    }

    [Theory]
    [InlineData("> file", "no pipe, so that it is written to")]
    [InlineData("| cat", "a pipe, which *")]
    [InlineData(">&-", "not open for writing")]
    public void Generate_Explain_TellsOfStandardOutputAndWritesNothing(string to, string expected)
    {
        Finished run = Run($"{_generate} --explain words {to}");
        run.Error.Should().Match($"{Report}standard output: {expected}\n");
        run.Text.Should().BeEmpty();
        run.ExitCode.Should().Be(0);
    }

    [SkippableFact]
    public void Generate_ExplainWhereMappingIsForbidden_SaysSo()
    {
        Shell.SkipWithoutTracing();
        Run($"strace -f -qq --seccomp-bpf -o /dev/null -e trace=vmsplice -e inject=vmsplice:error=EPERM {_generate} --explain | cat").Error.Should()
            .Contain("vmsplice         refused: EPERM (1)\n").And.EndWith("standard output: a pipe, which is written to: vmsplice is refused with EPERM\n");
    }

    [Theory]
    [InlineData("--explain")]
    [InlineData("--listen 127.0.0.1:0 --to 127.0.0.1:1 --explain")]
    public void TcpRelay_Explain_TellsAndEnds(string options)
    {
        Finished run = Run($"{_relay} {options}");
        run.Text.Should().Match($"{Report}each way: Socket to Socket: Splice, *\n");
        run.Error.Should().BeEmpty();
        run.ExitCode.Should().Be(0);
    }

    [Fact]
    public void Help_OfEach_HasIt()
    {
        foreach (string sample in (string[])[TeeSample.CommandLine, _generate, _relay])
        {
            Run($"{sample} --help").Text.Should().MatchRegex("--explain +Tell what this machine permits");
        }
    }

    private Finished Run(string script) => Shell.Line($"export LC_ALL=C.UTF-8\n{script}", Folder);
}
