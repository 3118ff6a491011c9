namespace ZeroCopy.Processes.Tests.Samples;

/// <summary>The generate sample beside yes(1), on real pipes.</summary>
public sealed class GenerateSampleTests : KernelTest
{
    private const int BlockSize = 256 * 1024;

    private static readonly string _commandLine = $"dotnet {Repository.Built("Generate", "Generate.dll")}";

    public static TheoryData<string, string> ModesAndTexts()
    {
        TheoryData<string, string> data = [];
        foreach (string mode in (string[])["any-reader", "copying-reader", "write"])
        {
            foreach (string text in (string[])[string.Empty, "x", "some words 'and   blanks'", "Größe 日本語", "$(seq -s ' ' 20000)", "$(seq -s ' ' 20000) $(seq -s , 20000) $(seq -s . 20000)"])
            {
                data.Add(mode, text);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(ModesAndTexts))]
    public void Run_AnyTextInAnyMode_WritesWhatYesWrites(string mode, string text)
    {
        int[] sizes = [1, 100, BlockSize - 1, BlockSize, BlockSize + 1, (9 * BlockSize) + 12_345];
        IEnumerable<string> atOnce = sizes.Select(size =>
            $"{{ {_commandLine} --mode {mode} --bytes {size} {text} | cat > ours{size}; yes {text} | head -c {size} | cmp - ours{size}; }} &");
        Finished run = Run($"{string.Join('\n', atOnce)}\nwait\nfor size in {string.Join(' ', sizes)}; do wc -c < ours$size; done");
        run.Text.Should().Be(string.Join('\n', sizes) + "\n", run.Error);
    }

    [Theory]
    [InlineData("--bytes 3K", 3 << 10)]
    [InlineData("--bytes=2M", 2 << 20)]
    [InlineData("--bytes 0", 0)]
    public void Run_Size_AsManyBytes(string option, int bytes) => Run($"{_commandLine} {option} | wc -c").Text.Trim().Should().Be($"{bytes}");

    [Fact]
    public void Run_WhatLooksLikeAnOptionAfterTwoDashes_IsText() => Run($"{_commandLine} --bytes 5 -- --no | cat").Text.Should().Be("--no\n");

    [Theory]
    [InlineData("any-reader")]
    [InlineData("copying-reader")]
    [InlineData("write")]
    public void Run_ReaderHasEnough_EndsWithoutAWord(string mode)
    {
        Finished run = Run($"{{ {_commandLine} --mode {mode} line; echo $? > code; }} | head -n 100000 | tail -n 1; cat code");
        run.Text.Should().Be("line\n141\n");
        run.Error.Should().BeEmpty();
    }

    /// <summary>Small reads of no common measure with pages, so that the pipe is full all the time; with a non-blocking one as well.</summary>
    [Theory]
    [InlineData("any-reader", "")]
    [InlineData("copying-reader", "")]
    [InlineData("write", "")]
    [InlineData("any-reader", "dd oflag=nonblock if=/dev/null 2> /dev/null;")]
    [InlineData("copying-reader", "dd oflag=nonblock if=/dev/null 2> /dev/null;")]
    [InlineData("write", "dd oflag=nonblock if=/dev/null 2> /dev/null;")]
    public void Run_SlowReader_GetsWhatYesWrites(string mode, string prepare) => Run(
        $"{{ {prepare} {_commandLine} --mode {mode} --bytes 5M some words; }} | dd bs=777 2> /dev/null > ours; "
        + "yes some words | head -c 5242880 | cmp - ours && echo same").Text.Should().Be("same\n");

    [Fact]
    public void Run_ReaderThatSplices_GetsWhatWasWritten() => Run(
        $"{_commandLine} --bytes 64M 'some words' | {TeeSample.CommandLine} a | cat > b; cmp a b && yes 'some words' | head -c 67108864 | cmp - a && echo same")
        .Text.Should().Be("same\n");

    [Fact]
    public void Run_ToAFile_IsWritten() => Run($"{_commandLine} --bytes 100000 --rate > file; yes | head -c 100000 | cmp - file && cat file | wc -c").Should().Match<Finished>(run =>
        run.Text.Trim() == "100000" && run.Error.EndsWith("0 mapped, 100000 copied (standard output is no pipe)\n", StringComparison.Ordinal));

    [Theory]
    [InlineData("any-reader")]
    [InlineData("copying-reader")]
    public void Run_ToAFileWithAModeForPipes_RefusedAndNothingWritten(string mode)
    {
        Finished run = Run($"{_commandLine} --mode {mode} > file; echo $?; wc -c < file");
        run.Text.Split('\n', StringSplitOptions.TrimEntries).Should().StartWith(["1", "0"]);
        run.Error.Should().StartWith("generate: standard output is no pipe");
    }

    [Theory]
    [InlineData("--bytes 5X", "--bytes: '5X' is no size*")]
    [InlineData("--bytes -1", "generate: unrecognized option '-1'*")]
    [InlineData("--mode fast", "--mode: 'fast' is none of any-reader, copying-reader, write.*")]
    [InlineData("--fast", "generate: unrecognized option '--fast'*")]
    public void Run_WrongOption_SaysSoAndWritesNothing(string option, string error)
    {
        Finished run = Run($"{{ {_commandLine} {option}; echo $? > code; }} | wc -c; cat code");
        run.Text.Split('\n', StringSplitOptions.TrimEntries).Should().StartWith(["0", "1"]);
        run.Error.Should().Match(error);
    }

    [Fact]
    public void Run_FullDisk_SaysSo()
    {
        Finished run = Run($"{_commandLine} > /dev/full; echo $?");
        (run.Text, run.Error).Should().Be(("1\n", "generate: write error: No space left on device\n"));
    }

    [Theory]
    [InlineData("any-reader")]
    [InlineData("copying-reader")]
    public void Rate_Mapped_SaysHowMany(string mode) =>
        Run($"{_commandLine} --mode {mode} --bytes 1M --rate | cat > /dev/null").Error
            .Should().Match("generate: 1048576 bytes in *.* s, *.* GiB/s: 1048576 mapped, 0 copied\n");

    [SkippableFact]
    public void Rate_MappingIsForbidden_SaysSoAndTheBytesAreRight()
    {
        Shell.SkipWithoutTracing();
        string strace = "strace -f -qq --seccomp-bpf -o /dev/null -e trace=vmsplice -e inject=vmsplice:error=EPERM";
        Finished run = Run($"{strace} {_commandLine} --bytes 1M --rate | cat > ours; yes | head -c 1048576 | cmp - ours && echo same");
        run.Text.Should().Be("same\n");
        run.Error.Should().Match("*: 0 mapped, 1048576 copied (vmsplice: EPERM)\n");
    }

    [SkippableFact]
    public void Rate_MappingIsForbiddenMidway_SaysSoAndTheBytesAreRight()
    {
        Shell.SkipWithoutTracing();
        string strace = "strace -f -qq --seccomp-bpf -o /dev/null -e trace=vmsplice -e inject=vmsplice:error=EPERM:when=3+";
        Finished run = Run($"{strace} {_commandLine} --bytes 4M --rate some words | cat > ours; yes some words | head -c 4194304 | cmp - ours && echo same");
        run.Text.Should().Be("same\n");
        run.Error.Should().Match("generate: 4194304 bytes in *: * mapped, * copied (vmsplice: EPERM)\n").And.NotContain(": 0 mapped");
    }

    private Finished Run(string script) => Shell.Line($"export LC_ALL=C.UTF-8\n{script}", Folder);
}
