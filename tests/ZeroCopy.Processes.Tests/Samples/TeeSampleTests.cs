namespace ZeroCopy.Processes.Tests.Samples;

/// <summary>The tee sample does what tee(1) does, for every kind of input and output.</summary>
public sealed class TeeSampleTests : KernelTest
{
    /// <summary>More than any pipe holds here, and no multiple of a page.</summary>
    private static readonly byte[] _input = Bytes.Random(3_000_001);

    private TeeSample Sample => new(Folder);

    [SkippableTheory]
    [InlineData("plain-name_1.0@x+y%z,w")]
    [InlineData("no such/f")]
    [InlineData("a:b/c")]
    [InlineData("it's/f")]
    [InlineData("n\nl/f")]
    [InlineData("t\tab/it's")]
    [InlineData("esc\u001b[31m/f")]
    [InlineData("back\\slash/$f")]
    [InlineData("/")]
    public void Tee_NameInAMessage_QuotedAsTheOriginal(string name)
    {
        Environment.SetEnvironmentVariable("TEE_NAME", name);
        Sample.MustDoAsTheOriginal("printf x | $TEE \"$TEE_NAME\" > out; code=$?; rm -f \"$TEE_NAME\"; exit $code", []);
    }

    [SkippableFact]
    public void Tee_NamesThatLookLikeSwitchesOfWindows_AreFiles()
    {
        Shell.Line($"printf x | {TeeSample.CommandLine} /h /? 2>&1 | cat", Folder).Text.Should().NotContain("Usage");
        File.Delete("/h");
        File.Delete("/?");
    }

    [SkippableFact]
    public void Tee_NameThatIsNotUtf8_RefusedAndTheOthersGoOn()
    {
        Finished run = Shell.Line($"printf hello | {TeeSample.CommandLine} \"$(printf '\\377\\376')\" a", Folder);
        run.Error.Should().EndWith(": Invalid or incomplete multibyte or wide character\n");
        run.ExitCode.Should().Be(1);
        run.Text.Should().Be("hello");
        Directory.GetFiles(Folder).Select(Path.GetFileName).Should().Equal("a");
    }

    [SkippableTheory]
    [InlineData("cat input | $TEE a b | cat")]
    [InlineData("cat input | $TEE | cat")]
    [InlineData("$TEE < input")]
    [InlineData("$TEE a < input > out")]
    [InlineData("$TEE a b c < input > /dev/null")]
    [InlineData("$TEE a < input | $TEE b | $TEE c > out")]
    [InlineData("$TEE a /dev/null < input | cat")]
    [InlineData("$TEE /dev/null a < input > /dev/null")]
    [InlineData("printf x | $TEE a")]
    [InlineData("$TEE a < /dev/null")]
    [InlineData("$TEE - < input")]
    [InlineData("$TEE -- -a < input > /dev/null")]
    [InlineData("$TEE @a '[b]' 'c d' < input > /dev/null")]
    [InlineData("$TEE a a < input > /dev/null")]
    [InlineData("$TEE -a true -p false < input > /dev/null")]
    [InlineData("head -c 1000000 input | $TEE a -a b --append -i -p > out")]
    [InlineData("$TEE $(seq 1 60) < input > out")]
    public void Tee_InputsAndOutputs_AsTheOriginal(string script) => Sample.MustDoAsTheOriginal(script, _input).ExitCode.Should().Be(0);

    [SkippableTheory]
    [InlineData("echo old > a; $TEE a < input > /dev/null")]
    [InlineData("echo old > a; $TEE -a a < input > /dev/null")]
    [InlineData("echo old > a; cat input | $TEE -a a b >> out")]
    [InlineData("echo old > out; $TEE -a a < input >> out")]
    [InlineData("(head -c 100 > head; $TEE a; echo after) < input > out")]
    [InlineData("(echo before; $TEE a; echo after) < input >> out")]
    [InlineData("(echo before; $TEE a; echo after) < input > out")]
    public void Tee_AppendingAndSharedPositions_AsTheOriginal(string script) => Sample.MustDoAsTheOriginal(script, _input).ExitCode.Should().Be(0);

    [SkippableTheory]
    [InlineData("/proc/filesystems")]
    [InlineData("/proc/sys/kernel/ostype")]
    [InlineData("/proc/self/limits")]
    [InlineData("/sys/class/net/lo/mtu")]
    public void Tee_FilesThatCannotBeSpliced_AsTheOriginal(string file)
    {
        Skip.IfNot(File.Exists(file), $"{file} does not exist");
        Sample.MustDoAsTheOriginal($"$TEE a < {file}", _input).Output.Should().NotBeEmpty();
    }

    [SkippableFact]
    public void Tee_Fifos_AsTheOriginal() =>
        Sample.MustDoAsTheOriginal("mkfifo fifo1 fifo2 fifo3; cat fifo1 > b & cat fifo2 > c & cat input > fifo3 & $TEE a fifo1 fifo2 < fifo3 | cat; wait", _input)
            .ExitCode.Should().Be(0);

    [SkippableFact]
    public void Tee_Terminal_AsTheOriginal()
    {
        Shell.SkipWithout("script");
        Sample.MustDoAsTheOriginal("printf 'hello\\nworld\\n\\004' | script -qec \"$TEE a\" /dev/null", _input).ExitCode.Should().Be(0);
    }

    [SkippableFact]
    public void Tee_UnixSockets_AsTheOriginal()
    {
        Shell.SkipWithout("socat");
        Sample.MustDoAsTheOriginal("socat -t 30 - EXEC:\"$TEE a b\" < input", _input).ExitCode.Should().Be(0);
    }

    [SkippableFact]
    public void Tee_TcpSocket_AsTheOriginal()
    {
        Shell.SkipWithout("socat");
        int port = SocketPair.FreePort();
        Sample.MustDoAsTheOriginal(
            $"""
            socat TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr EXEC:"$TEE a b",nofork &
            socat -t 30 - TCP:127.0.0.1:{port},retry=200,interval=0.1 < input
            wait
            """,
            _input).Output.Should().HaveCount(_input.Length);
    }

    /// <summary>
    /// dd sets the flag on a description that it shares with the tee after it, as a parent process may. Original tees give up there, some of them.
    /// </summary>
    [SkippableTheory]
    [InlineData("dd iflag=nonblock count=0 2> /dev/null; $TEE a b | cat > out")]
    [InlineData("dd oflag=nonblock if=/dev/null 2> /dev/null; $TEE a b")]
    public void Tee_DescriptorsSomebodyMadeNonBlocking_SameBytes(string script)
    {
        File.WriteAllBytes(PathOf("input"), _input);
        Finished run = Shell.Line($"TEE='{TeeSample.CommandLine}'; cat input | ({script}; echo $? >&2) | cat >> out; cmp input a; cmp input b; cmp input out", Folder);
        run.Error.Should().Be("0\n");
        run.Text.Should().BeEmpty();
    }

    [SkippableFact]
    public void Tee_SharedDescriptors_GetNoFlag() =>
        Sample.MustDoAsTheOriginal(
            "flags='/proc/self/fdinfo/0 /proc/self/fdinfo/1 /proc/self/fdinfo/2'; cat input | ($TEE a; grep -h flags $flags >&2) | cat > /dev/null", _input)
            .Error.Should().Contain("flags:");

    [SkippableTheory]
    [InlineData(64L * 1024 * 1024, false)]
    [InlineData(4L * 1024 * 1024 * 1024, true)]
    public void Tee_ManyBytes_SameChecksumEverywhere(long bytes, bool takesLong)
    {
        Skip.If(takesLong && !Shell.IsContinuousIntegration, "takes long: set CI=true");
        Finished run = Shell.Line(
            $"""
            mkfifo fifo1 fifo2
            md5sum < fifo1 > in & md5sum < fifo2 > file &
            head -c {bytes} /dev/urandom | tee fifo1 | {TeeSample.CommandLine} fifo2 | md5sum > out
            wait
            cat in file out
            """,
            Folder);
        string[] sums = run.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        sums.Should().HaveCount(3);
        sums.Distinct(StringComparer.Ordinal).Should().ContainSingle();
    }
}
