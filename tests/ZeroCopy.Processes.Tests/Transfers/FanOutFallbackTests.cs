namespace ZeroCopy.Processes.Tests.Transfers;

/// <summary>
/// Fan-outs of which a debugger makes system calls fail. The child says what became of the source and of each sink, with every byte accounted for.
/// </summary>
public sealed class FanOutFallbackTests
{
    [SkippableTheory]
    [InlineData("socket", "ENOSYS", "sync")]
    [InlineData("socket", "EPERM", "async")]
    [InlineData("socket", "EINVAL", "sync")]
    [InlineData("socket", "EOPNOTSUPP", "async")]
    [InlineData("file", "ENOSYS", "sync")]
    [InlineData("pipe", "EPERM", "async")]
    public void FanOut_TeeIsRefused_ReadsOnceAndWritesToEach(string source, string errno, string how) =>
        MustSay(
            Run([$"tee:error={errno}"], source, "socket,pipe,file", how),
            "None all", $"Splice, ReadWrite {errno} exact", $"Splice, ReadWrite {errno} exact", $"Splice, ReadWrite {errno} exact");

    /// <summary>Of four sinks, each fill is duplicated three times; those that have theirs keep it.</summary>
    [SkippableTheory]
    [InlineData("socket", "EIO", 1)]
    [InlineData("socket", "EIO", 2)]
    [InlineData("file", "ENOMEM", 3)]
    [InlineData("pipe", "ENOMEM", 4)]
    [InlineData("socket", "EAGAIN", 5)]
    public void FanOut_TeeFailsOnce_WhatIsMissingIsRead(string source, string errno, int when)
    {
        int place = (when - 1) % 3;
        string[] lines = [.. Enumerable.Range(0, 4).Select(i => $"{(i < place ? "Splice" : "Splice, ReadWrite")} {errno} exact")];
        MustSay(Run([$"tee:error={errno}:when={when}"], source, "socket,pipe,file,pipe"), ["None all", .. lines]);
    }

    [SkippableTheory]
    [InlineData("pipe", "EINVAL", 2)]
    [InlineData("socket", "ENOSYS", 3)]
    public void FanOut_TeeIsRefusedOnce_IsNotTriedAgain(string source, string errno, int when) =>
        MustSay(
            Run([$"tee:error={errno}:when={when}"], source, "socket,pipe,file,socket"),
            ["None all", .. Enumerable.Repeat($"Splice, ReadWrite {errno} exact", 4)]);

    /// <summary>As from a pipe of fewer slots. The sink is a pipe, which what was read reaches through another one.</summary>
    [SkippableTheory]
    [InlineData("socket", "sync")]
    [InlineData("file", "async")]
    [InlineData("pipe", "sync")]
    public void FanOut_TeeDuplicatesLess_WhatIsMissingIsRead(string source, string how) =>
        MustSay(
            Run(["tee:retval=0:when=2"], source, "socket,pipe,socket", how),
            "None all", "Splice None exact", "Splice, ReadWrite None exact", "Splice, ReadWrite None exact");

    [SkippableTheory]
    [InlineData("socket", "ENOSYS", "sync")]
    [InlineData("file", "EPERM", "async")]
    [InlineData("pipe", "EINVAL", "async")]
    public void FanOut_SpliceIsRefused_ReadsOnceAndWritesToEach(string source, string errno, string how) =>
        MustSay(
            Run([$"splice:error={errno}"], source, "socket,file,pipe", how),
            "None all", $"ReadWrite {errno} exact", $"ReadWrite {errno} exact", $"ReadWrite {errno} exact");

    /// <summary>The first is the fill, the second and the third are for the first two sinks.</summary>
    [SkippableTheory]
    [InlineData("socket", 2, "ENOSYS")]
    [InlineData("file", 2, "EINVAL")]
    public void FanOut_OneSinkRefusesToBeSplicedTo_OnlyThatOneIsWrittenTo(string source, int when, string errno) =>
        MustSay(
            Run([$"splice:error={errno}:when={when}"], source, "socket,pipe,socket"),
            "None all", $"Splice, ReadWrite {errno} exact", "Splice None exact", "Splice None exact");

    [SkippableTheory]
    [InlineData("socket", 2, 0, "EIO")]
    [InlineData("socket", 3, 1, "ENOMEM")]
    [InlineData("file", 4, 2, "EIO")]
    public void FanOut_SpliceToOneSinkFails_OnlyThatOneIsDetached(string source, int when, int place, string errno)
    {
        string[] lines = [.. Enumerable.Repeat("Splice None exact", 3)];
        lines[place] = $"Splice None {errno} splice exact so far";
        MustSay(Run([$"splice:error={errno}:when={when}"], source, "socket,socket,socket"), ["None all", .. lines]);
    }

    [SkippableTheory]
    [InlineData("socket", "EIO", "sync")]
    [InlineData("file", "EIO", "sync")]
    [InlineData("pipe", "ENOMEM", "sync")]
    public void FanOut_TheFirstFillFails_SourceError(string source, string errno, string how) =>
        MustSay(
            Run([$"splice:error={errno}:when=1"], source, "socket,socket", how), $"{errno} not all", "None None exact", "None None exact");

    [SkippableTheory]
    [InlineData("splice:error=EINTR:when=1..4", "sync")]
    [InlineData("tee:error=EINTR:when=1..4", "sync")]
    [InlineData("tee:error=EINTR:when=1..4", "async")]
    [InlineData("splice:error=EAGAIN:when=4", "sync")]
    public void FanOut_InterruptedOrWokenForNothing_IsRepeated(string fault, string how) =>
        MustSay(Run([fault], "socket", "socket,socket,pipe", how), "None all", "Splice None exact", "Splice None exact", "Splice None exact");

    /// <summary>The second of three pipes is the one that cannot be had.</summary>
    [SkippableTheory]
    [InlineData("socket", "sync")]
    [InlineData("socket", "async")]
    [InlineData("pipe", "async")]
    public void FanOut_NotEnoughPipesAtFirst_ReadsWithoutThem(string source, string how) =>
        MustSay(
            Run(["pipe2:error=EMFILE:when=2"], source, "socket,file,socket", how, "warm"),
            ["None all", .. Enumerable.Repeat("*ReadWrite EMFILE exact", 3)]);

    [SkippableTheory]
    [InlineData("socket", "async")]
    [InlineData("file", "sync")]
    [InlineData("file", "async")]
    public void FanOut_NeverEnoughPipes_ReadsWithoutThem(string source, string how) =>
        MustSay(
            Run(["pipe2:error=ENFILE:when=2+"], source, "socket,file,socket", how, "warm"),
            ["None all", .. Enumerable.Repeat("ReadWrite ENFILE exact", 3)]);

    [SkippableTheory]
    [InlineData("epoll_create1:error=EMFILE:when=1", "EMFILE")]
    [InlineData("epoll_ctl:error=ENOSPC:when=2", "ENOSPC")]
    public void FanOutAsync_CannotWaitForTheSource_SourceError(string fault, string errno) =>
        MustSay(Run([fault], "slow-socket", "socket,socket", "async"), $"{errno} not all", "* exact", "* exact");

    /// <summary>One that appends is written to, which nobody else does here.</summary>
    [SkippableFact]
    public void FanOutAsync_SinkIsAFile_IsWrittenToByThreadsThatMayWait()
    {
        Finished child = Run(["write:error=EINTR:when=1"], "slow-socket", "socket,appending-file", "async", "warm", "tells-loops");
        string[] said = child.Text.Split('\n');
        string[] loops = said[0].Split(' ');
        loops[0].Should().Be("loops", child.Error);
        loops.Should().HaveCountGreaterThan(1);
        said[1..^1].Should().Equal("None all", "Splice None exact", "Splice, ReadWrite EINVAL exact");
        string[] writes = [.. child.Error.Split('\n').Where(line => line.Contains(" write(", StringComparison.Ordinal) && line.EndsWith(" = 20000", StringComparison.Ordinal))];
        writes.Should().HaveCountGreaterThanOrEqualTo(10);
        writes.Should().NotContain(line => Array.Exists(loops, loop => line.StartsWith($"[pid {loop}]", StringComparison.Ordinal)));
    }

    private static Finished Run(string[] faults, string source, string sinks, params string[] how) =>
        Child.RunInjectedWhenReady(faults, ["fan-out", source, sinks, "traced", .. how]);

    private static void MustSay(Finished child, params string[] lines) => child.Text.Should().Match(string.Join('\n', lines) + "\n", child.Error);
}
