using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ZeroCopy.Processes.Tests.Samples;

/// <summary>What the tee sample does when an input, an output or a call fails, or when nothing comes for a while.</summary>
public sealed class TeeSampleFaultTests : KernelTest
{
    private static readonly byte[] _input = Bytes.Random(3_000_001);

    private TeeSample Sample => new(Folder);

    [SkippableTheory]
    [InlineData("$TEE no/such/folder a < input", 1)]
    [InlineData("$TEE '' a < input", 1)]
    [InlineData("mkdir folder; $TEE folder a < input > /dev/null; code=$?; rmdir folder; exit $code", 1)]
    [InlineData("$TEE /dev/full a < input > out", 1)]
    [InlineData("$TEE a /dev/full < input > out", 1)]
    [InlineData("$TEE a < input > /dev/full", 1)]
    [InlineData("$TEE /dev/full < input > /dev/full", 1)]
    [InlineData("$TEE a < /", 1)]
    [InlineData("ln -s loop loop; $TEE loop a < input; code=$?; rm loop; exit $code", 1)]
    public void Tee_FileThatFails_MessageAndTheOthersGoOn(string script, int exitCode) =>
        Sample.MustDoAsTheOriginal(script, _input).ExitCode.Should().Be(exitCode);

    [SkippableTheory]
    [InlineData("$TEE no/such/folder a < input 2> /dev/full")]
    [InlineData("$TEE no/such/folder a < input 2>&-")]
    [InlineData("$TEE a < input 2>&-")]
    [InlineData("$TEE a < input >&-")]
    [InlineData("$TEE < input >&-")]
    public void Tee_StandardDescriptorClosedOrFull_AsTheOriginal(string script) => Sample.MustDoAsTheOriginal(script, _input);

    [SkippableFact]
    public void Tee_MoreFilesThanDescriptors_TheOthersGoOn()
    {
        Finished run = Shell.Line($"ulimit -n 120; {TeeSample.CommandLine} $(seq -f f%g 200) < input > out; code=$?; cmp input out; cmp input f1; cmp input f30; exit $code", WithInput());
        run.Text.Should().BeEmpty();
        run.Error.Should().MatchRegex("^(tee: f[0-9]+: Too many open files\n)+$");
        run.ExitCode.Should().Be(1);
    }

    [SkippableFact]
    public void Tee_CloseThatFails_Message()
    {
        Shell.SkipWithoutTracing();
        Finished run = Shell.Line(
            $"strace -f -qq -o /dev/null -P $PWD/a -e trace=close -e inject=close:error=EIO {TeeSample.CommandLine} a < input > out; code=$?; cmp input out; exit $code",
            WithInput());
        run.Error.Should().Be("tee: a: Input/output error\n");
        run.ExitCode.Should().Be(1);
    }

    [SkippableFact]
    public void Tee_LastOutputFailsWhereVmspliceIsForbidden_TheOthersHaveAll()
    {
        Shell.SkipWithoutTracing();
        Finished run = Shell.Line(
            $"strace -f -qq --seccomp-bpf -o /dev/null -e trace=vmsplice -e inject=vmsplice:error=EPERM {TeeSample.CommandLine} a /dev/full < input > out; "
            + "code=$?; cmp input out; cmp input a; exit $code",
            WithInput());
        run.Error.Should().Be("tee: /dev/full: No space left on device\n");
        run.ExitCode.Should().Be(1);
    }

    /// <summary>Two slots a pipe, as an unprivileged user gets them past the soft limit; its own pipes and those of the shell.</summary>
    [SkippableFact]
    public void Tee_SmallPipes_SameBytes()
    {
        string line = $"cd {WithInput()}; cat input | {TeeSample.CommandLine} a b c | cat > out; cmp input a; cmp input b; cmp input c; cmp input out";
        File.WriteAllText(PathOf("script"), line);
        Shell.Run("chmod", "777", Folder).ExitCode.Should().Be(0);
        Finished run = Child.RunUnder(Child.Unprivileged, "with-small-pipes", PathOf("script"));
        run.Text.Should().Be("2 slots\nexit code 0\n");
    }

    [SkippableFact]
    public void Tee_StandardInputClosed_ReadError()
    {
        Finished run = Shell.Line($"{TeeSample.CommandLine} a <&-", Folder);
        run.Error.Should().Be("tee: read error: Bad file descriptor\n");
        run.ExitCode.Should().Be(1);
        File.ReadAllBytes(PathOf("a")).Should().BeEmpty();
    }

    /// <summary>A byte of urgent data makes a socket look ended to splice(2), or ready for ever.</summary>
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Tee_UrgentDataOnASocket_TheOtherBytesAreThere(bool nonBlocking)
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        string prepare = nonBlocking ? "dd iflag=nonblock count=0 <&3 2> /dev/null;" : string.Empty;
        Task<Finished> run = Task.Run(() => Shell.Run(
            Folder, Patience, "bash", "-c", $"exec 3<> /dev/tcp/127.0.0.1/{((IPEndPoint)listener.LocalEndPoint!).Port}; {prepare} exec {TeeSample.CommandLine} a <&3"));
        using Socket socket = InTime(listener.Accept);
        socket.NoDelay = true;
        socket.Send("ab"u8);
        socket.Send("U"u8, SocketFlags.OutOfBand);
        socket.Send("cd"u8);
        socket.Shutdown(SocketShutdown.Send);
        InTime(() => run.Result).Text.Should().Be("abcd");
        File.ReadAllText(PathOf("a")).Should().Be("abcd");
    }

    [SkippableTheory]
    [InlineData("cat input | $TEE disk/a b > out")]
    [InlineData("cat input | $TEE b disk/a > out")]
    [InlineData("$TEE b < input > disk/out")]
    public void Tee_DiskThatFills_AsTheOriginal(string script)
    {
        Mounts.SkipWithout();
        string mounted = $"mkdir disk; {Mounts.WithTmpfs("disk", "64k")} sh -c '{script}; echo $?; wc -c disk/* >&2'; code=$?; rmdir disk; exit $code";
        Sample.MustDoAsTheOriginal(mounted, _input).Error.Should().Contain("No space left on device").And.Contain("65536");
    }

    [SkippableTheory]
    [InlineData("", 141)]
    [InlineData("-p", 0)]
    public void Tee_ReaderOfStandardOutputGoes_ExitStatus141OrOnWithTheFiles(string options, int exitCode)
    {
        Finished run = Sample.MustDoAsTheOriginal($"($TEE {options} a < input; echo $? >&2; [ -n '{options}' ] || rm a) | head -c 1 | wc -c", _input);
        run.Error.Should().Be($"{exitCode}\n");
    }

    [SkippableTheory]
    [InlineData("", 141)]
    [InlineData("-p", 0)]
    public void Tee_ReaderOfAFifoGoes_ExitStatus141OrOnWithTheOthers(string options, int exitCode) =>
        Sample.MustDoAsTheOriginal(
            $"mkfifo fifo; head -c 1 fifo > one & cat input | $TEE {options} fifo a > out; code=$?; wait; [ -n '{options}' ] || rm a out; exit $code", _input)
            .ExitCode.Should().Be(exitCode);

    [SkippableTheory]
    [InlineData("splice:error=ENOSYS")]
    [InlineData("splice:error=EPERM")]
    [InlineData("splice:error=EINVAL")]
    [InlineData("splice:error=EOPNOTSUPP:when=2")]
    [InlineData("splice:error=EINVAL:when=3+")]
    [InlineData("splice:error=EINTR:when=1..100+3")]
    [InlineData("splice:error=EAGAIN:when=1..100+3")]
    [InlineData("tee:error=ENOSYS")]
    [InlineData("tee:error=EPERM")]
    [InlineData("tee:error=EINTR:when=2..100+3")]
    [InlineData("splice,tee,vmsplice:error=ENOSYS")]
    public void Tee_CallThatTheKernelRefuses_SameBytes(string fault)
    {
        Shell.SkipWithoutTracing();
        string calls = fault.Split(':')[0];
        Finished run = Shell.Line(
            $"cat input | strace -f -qq --seccomp-bpf -o /dev/null -e trace={calls} -e inject={fault} {TeeSample.CommandLine} a b | cat > out; cmp input a && cmp input b && cmp input out",
            WithInput());
        run.Text.Should().BeEmpty();
        run.ExitCode.Should().Be(0);
    }

    /// <summary>The calls of a round: from the input, to standard output, to the file.</summary>
    [SkippableTheory]
    [InlineData(2, "tee: 'standard output': Input/output error\n")]
    [InlineData(3, "tee: a: Input/output error\n")]
    public void Tee_OutputDeviceThatFails_MessageAndTheOtherHasAll(int call, string message)
    {
        Shell.SkipWithoutTracing();
        Finished run = Shell.Line(
            $"strace -f -qq --seccomp-bpf -o /dev/null -e trace=splice -e inject=splice:error=EIO:when={call} {TeeSample.CommandLine} a < input > out", WithInput());
        run.Error.Should().Be(message);
        run.ExitCode.Should().Be(1);
        new[] { "a", "out" }.Count(name => File.ReadAllBytes(PathOf(name)).AsSpan().SequenceEqual(_input)).Should().Be(1);
    }

    [SkippableFact]
    public void Tee_InputDeviceThatFails_ReadErrorAndTheBytesBeforeIt()
    {
        Shell.SkipWithoutTracing();
        Finished run = Shell.Line(
            $"strace -f -qq --seccomp-bpf -o /dev/null -e trace=splice -e inject=splice:error=EIO:when=4 {TeeSample.CommandLine} a < input > out; code=$?; cmp a out; exit $code",
            WithInput());
        run.Error.Should().Be("tee: read error: Input/output error\n");
        run.ExitCode.Should().Be(1);
        File.ReadAllBytes(PathOf("a")).Should().NotBeEmpty().And.StartWith(_input[..4096]);
    }

    [SkippableFact]
    public void Tee_Interrupted_EndsOrGoesOnWithI()
    {
        using (Process tee = Sample.Start("a"))
        {
            Echo(tee, (byte)'a');
            Interrupt(tee);
            tee.WaitForExit(Patience).Should().BeTrue();
            tee.ExitCode.Should().Be(128 + 2);
            Close(tee);
        }

        using (Process tee = Sample.Start("-i", "a"))
        {
            Echo(tee, (byte)'a');
            Interrupt(tee);
            Echo(tee, (byte)'b');
            tee.StandardInput.Close();
            tee.WaitForExit(Patience).Should().BeTrue();
            tee.ExitCode.Should().Be(0);
            Close(tee);
        }

        File.ReadAllText(PathOf("a")).Should().Be("ab");
    }

    /// <summary>An input that nothing comes on, and an output that nobody reads, each blocking and not.</summary>
    [SkippableTheory]
    [InlineData("", false)]
    [InlineData("dd iflag=nonblock count=0 2> /dev/null;", false)]
    [InlineData("", true)]
    [InlineData("dd oflag=nonblock if=/dev/null 2> /dev/null;", true)]
    public void Tee_NothingMoves_NoProcessorTime(string prepare, bool fillOutput)
    {
        using Process tee = Sample.StartAfter(prepare, "a");
        Echo(tee, (byte)'a');
        Task filling = fillOutput ? tee.StandardInput.BaseStream.WriteAsync(new byte[16 << 20]).AsTask() : Task.CompletedTask;
        SpinWait.SpinUntil(tee.IsAtRest, Patience).Should().BeTrue("it is warm by now, and stuck or idle");
        filling.IsCompleted.Should().Be(!fillOutput);
        tee.Kill();
        tee.WaitForExit(Patience).Should().BeTrue();
        _ = filling.Exception;
        Close(tee);
    }

    [SkippableFact]
    public void Tee_Progress_OnStandardErrorOnly()
    {
        Finished run = Shell.Line($"{TeeSample.CommandLine} --progress a < input > out; cmp input a && cmp input out", WithInput());
        run.Error.Should().Match("*2.9 MiB in * s, * MiB/s\n");
        run.Text.Should().BeEmpty();
        run.ExitCode.Should().Be(0);
    }

    [SkippableFact]
    public void Tee_ProgressOnATerminal_GoesOnAllTheTime()
    {
        Shell.SkipWithout("script");
        Finished run = Shell.Line($"script -qec \"sh -c '(head -c 1G /dev/zero; sleep 2; head -c 1G /dev/zero) | {TeeSample.CommandLine} --progress /dev/null > /dev/null'\" /dev/null");
        run.Text.Split("MiB in").Should().HaveCountGreaterThan(3, "it is shown while the copy goes on, and at its end");
        run.Text.Should().Contain("2,048.0 MiB in");
    }

    [SkippableTheory]
    [InlineData("--help", 0, "FILE")]
    [InlineData("--no-such-option", 1, "tee: unrecognized option '--no-such-option'")]
    [InlineData("-ax", 1, "tee: unrecognized option '-ax'")]
    public void Tee_HelpAndUnknownOptions_Explained(string option, int exitCode, string text)
    {
        Finished run = Shell.Line($"{TeeSample.CommandLine} {option} < /dev/null");
        run.ExitCode.Should().Be(exitCode);
        (run.Text + run.Error).Should().Contain(text);
    }

    private static void Echo(Process tee, byte value)
    {
        tee.StandardInput.BaseStream.WriteByte(value);
        tee.StandardInput.BaseStream.Flush();
        InTime(tee.StandardOutput.BaseStream.ReadByte).Should().Be(value);
    }

    private static void Interrupt(Process tee) =>
        Shell.Run("kill", "-INT", tee.Id.ToString(CultureInfo.InvariantCulture)).ExitCode.Should().Be(0);

    private static void Close(Process tee)
    {
        try
        {
            tee.StandardInput.Dispose();
        }
        catch (IOException)
        {
            // What it did not read any more.
        }

        tee.StandardOutput.Dispose();
    }

    private string WithInput()
    {
        File.WriteAllBytes(PathOf(TeeSample.Input), _input);
        return Folder;
    }
}
