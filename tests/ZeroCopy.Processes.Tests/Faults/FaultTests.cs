using ZeroCopy.Tests.Faults;

namespace ZeroCopy.Processes.Tests.Faults;

public sealed class FaultTests : FaultTest
{
    [SkippableTheory]
    [InlineData("writer-to-any-reader", "madvise mincore write")]
    [InlineData("copying-writer", "open poll write")]
    [InlineData("writer-to-copying-reader", "poll vmsplice")]
    [InlineData("buffer", "madvise vmsplice")]
    [InlineData("waits", "epoll_create1 epoll_ctl:ADD epoll_ctl:MOD epoll_wait eventfd")]
    [InlineData("pool", "fcntl:F_GETFL fcntl:F_GETPIPE_SZ fcntl:F_SETPIPE_SZ ioctl pipe2")]
    [InlineData("probe", "copy_file_range fcntl:F_GETPIPE_SZ fcntl:F_SETPIPE_SZ lseek madvise pipe2 splice statx tee vmsplice")]
    public void Scenario_AnyCallFails_AllThatIsPromisedHolds(string scenario, string calls) => MustHold(scenario, calls);

    [SkippableFact]
    public void Rows_All_AreOfACallThatTheLibraryMakesAndTheOtherLibcHas()
    {
        FaultTable.Rows.Keys.Select(FaultTable.SyscallOf).Distinct(StringComparer.Ordinal).Should().BeEquivalentTo(Bindings());
        nint library = System.Runtime.InteropServices.NativeLibrary.Load(FaultyLibc.Library);
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
