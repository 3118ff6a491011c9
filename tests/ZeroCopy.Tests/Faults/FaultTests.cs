namespace ZeroCopy.Tests.Faults;

/// <summary>
/// Each system call that the library makes fails with each error number that it can give, at each of the first calls. What has to hold then is always the
/// same, and <see cref="FaultScenario"/> says what.
/// </summary>
public sealed class FaultTests
{
    private static readonly Lazy<string> _libc = new(FaultyLibc.Build);

    /// <summary>How many calls of a name fail, one after the other, and with how many error numbers of a kind.</summary>
    private static string[] Most { get; } = Shell.IsContinuousIntegration ? ["6", "100"] : ["2", "2"];

    [SkippableTheory]
    [InlineData("socket-to-socket", "epoll_ctl:ADD fcntl:F_GETFL fcntl:F_GETPIPE_SZ getsockopt pipe2 poll recv splice statx")]
    [InlineData("prefix-and-socket-to-socket", "send splice")]
    [InlineData("file-to-socket", "lseek pipe2 splice")]
    [InlineData("socket-to-file", "pipe2 splice")]
    [InlineData("pipe-to-pipe", "pipe2 splice")]
    [InlineData("prefix-and-pipe-to-pipe", "splice write:own")]
    [InlineData("file-to-file", "copy_file_range lseek")]
    [InlineData("spliced-file-to-file", "splice")]
    [InlineData("file-to-appending", "read:own splice write")]
    [InlineData("socket-to-appending", "read:own splice write")]
    [InlineData("zeroes-to-socket", "isatty splice")]
    [InlineData("messages", "recv send splice")]
    [InlineData("copied-socket-to-socket", "recv send")]
    [InlineData("copied-pipe-to-pipe", "open")]
    [InlineData("copied-file-to-pipe", "read")]
    [InlineData("copied-stream-to-stream", "pread pwrite")]
    [InlineData("terminals", "isatty open pipe2 splice")]
    [InlineData("much-at-once", "splice")]
    [InlineData("file-that-was-shortened", "read:own splice")]
    [InlineData("takes-nothing", "send splice")]
    [InlineData("relay", "epoll_ctl:ADD pipe2 recv shutdown splice")]
    [InlineData("relay-of-messages", "recv send shutdown splice")]
    [InlineData("copied-relay", "recv send shutdown")]
    [InlineData("tapped-relay", "pipe2 splice tee")]
    [InlineData("fan-out", "pipe2 splice tee")]
    [InlineData("fan-out-to-file", "pipe2 splice tee")]
    [InlineData("fan-out-of-file", "pipe2 read:own splice tee")]
    [InlineData("fan-out-to-all", "pipe2 splice tee")]
    [InlineData("copied-fan-out", "recv send")]
    [InlineData("writer-to-any-reader", "madvise mincore write")]
    [InlineData("copying-writer", "open poll write")]
    [InlineData("writer-to-copying-reader", "poll vmsplice")]
    [InlineData("buffer", "madvise vmsplice")]
    [InlineData("disk-that-is-stuck", "splice")]
    [InlineData("waits", "epoll_create1 epoll_ctl:ADD epoll_ctl:MOD epoll_wait eventfd")]
    [InlineData("pool", "fcntl:F_GETFL fcntl:F_GETPIPE_SZ fcntl:F_SETPIPE_SZ ioctl pipe2")]
    [InlineData("probe", "copy_file_range fcntl:F_GETPIPE_SZ fcntl:F_SETPIPE_SZ lseek madvise pipe2 splice statx tee vmsplice")]
    public void Scenario_AnyCallFails_AllThatIsPromisedHolds(string scenario, string calls)
    {
        Shell.SkipWithout("cc");
        Finished child = Child.Run(["faults", $"'{_libc.Value}'", scenario, .. Most]);
        child.Text.Should().MatchRegex(@"^\d+ runs, with faults of [^\n]*\n$", child.Error);
        child.Text.TrimEnd().Split(' ').Should().Contain(calls.Split(' '), "the test is about them");
    }

    [SkippableFact]
    public void Rows_All_AreOfACallThatTheLibraryMakesAndTheOtherLibcHas()
    {
        Shell.SkipWithout("cc");
        FaultTable.Rows.Keys.Select(FaultTable.SyscallOf).Distinct(StringComparer.Ordinal).Should().BeEquivalentTo(Bindings());
        nint library = System.Runtime.InteropServices.NativeLibrary.Load(_libc.Value);
        Bindings().Should().AllSatisfy(name => System.Runtime.InteropServices.NativeLibrary.GetExport(library, name).Should().NotBe(0));
    }

    /// <summary>That calls can be made to fail takes nothing from the library: it is the same whether it is tested or not.</summary>
    [Fact]
    public void Sources_All_AreCompiledWholeInEveryBuild() =>
        Directory.EnumerateFiles(Repository.PathOf("src", "ZeroCopy"), "*.cs", SearchOption.AllDirectories).Should().NotBeEmpty()
            .And.AllSatisfy(file => File.ReadAllText(file).Should().NotContain("#if").And.NotContain("[Conditional"));

    private static IEnumerable<string> Bindings() =>
        from method in typeof(Splice).Assembly.GetType("ZeroCopy.Interop", throwOnError: true)!
            .GetMethods(System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic)
        where System.Reflection.CustomAttributeExtensions.IsDefined(method, typeof(System.Runtime.InteropServices.LibraryImportAttribute))
        select method.Name;
}
