namespace ZeroCopy.Processes.Tests;

/// <summary>The errors that no test can bring about by itself: a debugger makes the call return them.</summary>
public sealed class InjectedErrnoTests
{
    public static TheoryData<string, string, string> Errors()
    {
        TheoryData<string, string, string> errors = [];
        (string Call, string Syscall, string[] Errnos)[] all =
        [
            ("splice", "splice", ["EIO", "ENOMEM", "ENOSYS", "EOPNOTSUPP", "EPERM", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "ECONNREFUSED", "EDQUOT"]),
            ("tee", "tee", ["ENOMEM", "ENOSYS", "EPERM"]),
            ("fill", "vmsplice", ["ENOMEM", "ENOSYS", "EOPNOTSUPP", "EPERM"]),
            ("map", "vmsplice", ["ENOMEM", "ENOSYS", "EOPNOTSUPP", "EPERM", "EINVAL"]),
        ];
        foreach ((string call, string syscall, string[] errnos) in all)
        {
            foreach (string errno in errnos)
            {
                errors.Add(call, syscall, errno);
            }
        }

        return errors;
    }

    [SkippableTheory]
    [MemberData(nameof(Errors))]
    public void Call_TheKernelFails_ErrnoException(string call, string syscall, string errno)
    {
        Finished child = Child.RunInjected(syscall, $"error={errno}", "call", call);
        child.Text.Should().StartWith($"{errno} 0\n{syscall}: {errno} ({(int)Enum.Parse<Errno>(errno)}): ");
    }

    [SkippableTheory]
    [InlineData("splice", "splice")]
    [InlineData("tee", "tee")]
    [InlineData("fill", "vmsplice")]
    [InlineData("map", "vmsplice")]
    public void Call_InterruptedBySignals_IsRepeated(string call, string syscall) =>
        Child.RunInjected(syscall, "error=EINTR:when=1..3", "call", call).Text.Should().Be("None 5\n5\n");

    [SkippableTheory]
    [InlineData("ENFILE", "*/proc/sys/fs/file-max*pipe-user-pages-hard*")]
    [InlineData("EPERM", "*sandbox*")]
    [InlineData("ENOSYS", "*sandbox*")]
    [InlineData("ENOMEM", "*")]
    public void Pipe_CannotBeOpened_ErrnoExceptionThatSaysWhatToDo(string errno, string advice)
    {
        // The runtime opens a few pipes of its own, on the same thread.
        Finished child = Child.RunInjected("pipe2", $"error={errno}:when=40+", "pipes", "100");
        child.Text.Should().Match($"ready\nleft open: 0\npipe2: {errno} ({(int)Enum.Parse<Errno>(errno)}): {advice}\n");
    }

    /// <summary>The runtime asks for flags by fcntl a few times, on the same thread; so the property is asked often, and fails at last.</summary>
    [SkippableTheory]
    [InlineData("get-capacity", "fcntl", "EBADF")]
    [InlineData("set-capacity", "fcntl", "EBADF")]
    [InlineData("set-capacity", "fcntl", "ENOMEM")]
    [InlineData("set-capacity", "fcntl", "EPERM")]
    [InlineData("bytes-available", "ioctl", "EBADF")]
    public void PipeProperty_TheKernelFails_ErrnoException(string property, string syscall, string errno)
    {
        Finished child = Child.RunInjected(syscall, $"error={errno}:when=60+", "property", property);
        child.Text.Should().StartWith($"ready\n{syscall}: {errno} ({(int)Enum.Parse<Errno>(errno)}): ");
    }

    [SkippableTheory]
    [InlineData(0x7ffff000L)]
    [InlineData(0x7ffff001L)]
    [InlineData(long.MaxValue)]
    public void Move_LengthAboveTheKernelsMost_TheMostIsAskedFor(long len)
    {
        Shell.SkipWithoutTracing();
        Finished child = Child.RunUnder("strace -f -qq --seccomp-bpf -e trace=splice", "splice", $"{len}");
        child.Error.Should().Contain($", NULL, {0x7ffff000}, 0) = 5");
        child.Text.Should().Be("5\n");
    }
}
