namespace ZeroCopy.Processes.Tests.Limits;

/// <summary>The first wait of a process needs descriptors and a thread of its own, each wait a place with epoll: where a limit is reached, it says which.</summary>
public sealed class WaitLimitTests
{
    [Fact]
    public void Wait_NoDescriptorLeft_EmfileThatSaysWhatToDo() =>
        Child.RunAfter("ulimit -n 300", "wait-once", "no-descriptors").Text.Should().Match("epoll_create1: EMFILE (24): *ulimit -n*\n");

    [Fact]
    public void Wait_SomebodyClosesTheEpoll_AllWhoWaitAreToldAndNobodyWaitsInVain() =>
        Child.Run("replace-loops").Text.Should().Be(
            "ready\nepoll_wait EINVAL\nepoll_wait EINVAL\nSource epoll_wait EINVAL\nDestination epoll_wait EINVAL\nepoll_ctl EINVAL\n");

    /// <summary>With one processor nobody spins, and whoever is waited for gets it.</summary>
    [SkippableFact]
    public void Wait_OneProcessor_TransfersGoOn()
    {
        Shell.SkipWithout("taskset");
        Child.RunUnder("taskset -c 0", "copy", "slow-socket", "socket", "async").Text.Should().Match("ready *\n200000 * None\nexact\n");
    }

    [SkippableTheory]
    [InlineData("epoll_create1", "ENFILE", "file-max")]
    [InlineData("eventfd2", "EMFILE", "ulimit -n")]
    [InlineData("epoll_ctl", "ENOSPC", "max_user_watches")]
    public void Wait_TheKernelRefuses_SaysWhatToDo(string call, string errno, string advice) =>
        Child.RunInjected(call, $"error={errno}", "wait-once").Text.Should().Match($"*: {errno} (*): *{advice}*\n");
}
