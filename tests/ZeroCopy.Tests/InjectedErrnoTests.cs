namespace ZeroCopy.Tests;

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
        child.Text.Should().StartWith($"{syscall}: {errno} ({(int)Enum.Parse<Errno>(errno)}): ");
    }

    [SkippableTheory]
    [InlineData("splice", "splice")]
    [InlineData("tee", "tee")]
    [InlineData("fill", "vmsplice")]
    [InlineData("map", "vmsplice")]
    public void Call_InterruptedBySignals_IsRepeated(string call, string syscall) =>
        Child.RunInjected(syscall, "error=EINTR:when=1..3", "call", call).Text.Trim().Should().Be("5");

    [SkippableTheory]
    [InlineData("ENFILE", "*/proc/sys/fs/file-max*pipe-user-pages-hard*")]
    [InlineData("EPERM", "*sandbox*")]
    [InlineData("ENOMEM", "*")]
    public void Pipe_CannotBeOpened_ErrnoExceptionThatSaysWhatToDo(string errno, string advice)
    {
        // The runtime opens a few pipes of its own, on the same thread.
        Finished child = Child.RunInjected("pipe2", $"error={errno}:when=40+", "pipes", "100");
        child.Text.Should().Match($"ready\nleft open: 0\npipe2: {errno} ({(int)Enum.Parse<Errno>(errno)}): {advice}\n");
    }
}
