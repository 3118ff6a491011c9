using static ZeroCopy.Tests.Support.InjectedCopy;

namespace ZeroCopy.Processes.Tests.Transfers;

/// <summary>
/// Copies of which a debugger makes system calls fail, or calls them refused.
/// </summary>
public sealed class CopyInjectedTests
{
    public static TheoryData<string, string, string> Refusals()
    {
        TheoryData<string, string, string> refusals = [];
        foreach (string errno in (string[])["ENOSYS", "EPERM", "EINVAL"])
        {
            refusals.Add("socket", "socket", errno);
            refusals.Add("file", "socket", errno);
            refusals.Add("pipe", "file", errno);
        }

        refusals.Add("socket", "pipe", "EOPNOTSUPP");
        return refusals;
    }

    [SkippableTheory]
    [MemberData(nameof(Refusals))]
    public void Copy_SpliceIsRefused_ReadsAndWritesTheSameBytes(string source, string destination, string errno) =>
        MustSay(Run([$"splice:error={errno}"], source, destination), $"200000 ReadWrite {errno}", "exact");

    [SkippableTheory]
    [InlineData("socket", "socket", "ENOSYS")]
    [InlineData("file", "socket", "EPERM")]
    [InlineData("pipe", "file", "EINVAL")]
    [InlineData("socket", "pipe", "EINVAL")]
    public void Copy_OnlyTheDestinationRefusesToBeSplicedTo_WhatIsInThePipeIsWritten(string source, string destination, string errno) =>
        MustSay(Run([$"splice:error={errno}:when=2"], source, destination), $"200000 Splice, ReadWrite {errno}", "exact");

    /// <summary>What was in the pipe was delivered or is read out of it, and whatever is really wrong the next read or write says.</summary>
    [SkippableTheory]
    [InlineData("socket", "EINVAL", 3)]
    [InlineData("file", "EOPNOTSUPP", 3)]
    [InlineData("socket", "EPERM", 4)]
    [InlineData("pipe", "ENOSYS", 4)]
    public void Copy_SpliceIsRefusedLater_GoesOnByReadingAndWriting(string source, string errno, int when) =>
        MustSay(Run([$"splice:error={errno}:when={when}"], source, "socket"), $"* Splice, ReadWrite {errno}", "exact");

    [SkippableTheory]
    [InlineData("splice:error=EINTR:when=1..4", "socket", "socket", "Splice None")]
    [InlineData("splice:error=EAGAIN:when=3", "socket", "socket", "Splice None")]
    [InlineData("splice:error=EAGAIN:when=4", "socket", "socket", "Splice None")]
    [InlineData("copy_file_range:error=EINTR:when=1..2", "file", "file", "CopyFileRange None")]
    [InlineData("/^p?poll$:error=EINTR:when=1..3", "slow-socket", "socket", "Splice None")]
    public void Copy_InterruptedOrWokenForNothing_IsRepeated(string fault, string source, string destination, string path) =>
        MustSay(Run([fault], source, destination), $"* {path}", "exact");

    [SkippableTheory]
    [InlineData("recvfrom", "socket", "socket")]
    [InlineData("sendto", "socket", "socket")]
    [InlineData("read", "pipe", "socket")]
    [InlineData("write", "socket", "appending-file")]
    public void Copy_ReadsAndWritesAndIsInterrupted_IsRepeated(string call, string source, string destination) =>
        MustSay(Run(["splice:error=ENOSYS", $"{call}:error=EINTR:when=1..3"], source, destination), "200000 ReadWrite ENOSYS", "exact");

    [SkippableFact]
    public void CopyAsync_TheLoopIsInterrupted_GoesOn() =>
        MustSay(Run(["/^epoll_p?wait$:error=EINTR:when=1..5"], "slow-socket", "socket", "async"), "200000 Splice None", "exact");

    [SkippableTheory]
    [InlineData("EXDEV")]
    [InlineData("EINVAL")]
    [InlineData("ENOSYS")]
    [InlineData("EPERM")]
    [InlineData("EOPNOTSUPP")]
    [InlineData("EBADF")]
    public void Copy_CopyFileRangeIsRefused_Splices(string errno) =>
        MustSay(Run([$"copy_file_range:error={errno}"], "file", "file"), $"3145728 Splice {errno}", "exact");

    /// <summary>The first is for the loop itself, the second for the socket.</summary>
    [SkippableTheory]
    [InlineData("epoll_create1:error=EMFILE:when=1", "EMFILE Source epoll_create1")]
    [InlineData("epoll_ctl:error=ENOSPC:when=1", "ENOSPC Source epoll_ctl")]
    [InlineData("epoll_ctl:error=ENOSPC:when=2", "ENOSPC Source epoll_ctl")]
    [InlineData("epoll_ctl:error=ENOMEM:when=2", "ENOMEM Source epoll_ctl")]
    public void CopyAsync_CannotWait_IsReportedAndGoesOnFromThere(string fault, string expected) =>
        MustSay(Run([fault], "slow-socket", "socket", "async"), expected, "*Splice None", "exact");
}
