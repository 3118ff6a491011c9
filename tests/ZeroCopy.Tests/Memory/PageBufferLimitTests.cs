namespace ZeroCopy.Tests.Memory;

/// <summary>What happens at the limits of memory: the library's own, and those of the process.</summary>
public sealed class PageBufferLimitTests : PageBufferTest
{
    /// <summary>What has the runtime map no memory of its own meanwhile, whose end that would be: a heap for each thread, better code, and two views of it.</summary>
    private const string MapsNothingElse = "export MALLOC_ARENA_MAX=1 DOTNET_TieredCompilation=0 DOTNET_EnableWriteXorExecute=0";

    [Fact]
    public void MaxOutstandingBytes_InThisProcess_IsHalfOfWhatTheRuntimeMayUse() =>
        PageBuffer.MaxOutstandingBytes.Should().Be(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2);

    [Fact]
    public void New_MoreThanMayBeOutstanding_InsufficientMemoryExceptionUntilThereIsRoom()
    {
        const string Refusal =
            "(outstanding) bytes are in buffers that were neither disposed nor handed over, and (most) may be. Dispose some first.\n";
        Finished child = Child.RunAfter("export DOTNET_GCHeapHardLimit=0x8000000", "page-buffer", "outstanding");
        child.Text.Should().Be(
            $"{Refusal}64 of 64, True\n" +
            $"{Refusal}after disposing one: True, and then False\n" +
            $"{Refusal}after handing one over: True, and then False\n" +
            $"outstanding 0\n" +
            $"{Refusal}too large by itself: False\n" +
            $"the largest: True, True\n");
    }

    [Fact]
    public void New_NoAddressesLeft_EnomemAndOnceThereAreItWorks()
    {
        Finished child = Child.RunAfter(MapsNothingElse, "page-buffer", "addresses");
        child.Text.Should().Match("ready\nmmap: ENOMEM (12): *\ncharged 0\nmade 200\n");
    }

    [Fact]
    public void New_MoreThanMayBeLocked_Eagain()
    {
        Finished child = Child.RunUnder($"{MapsNothingElse}; ulimit -l 4096; {Child.Unprivileged}", "page-buffer", "locked");
        child.Text.Should().Match("ready\nmmap: ENOMEM (12): *\nmmap: EAGAIN (11): *\n");
    }
}
