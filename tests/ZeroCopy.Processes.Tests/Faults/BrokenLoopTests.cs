using ZeroCopy.Tests.Faults;

namespace ZeroCopy.Processes.Tests.Faults;

/// <summary>What becomes of a fan-out under which the loop breaks.</summary>
public sealed class BrokenLoopTests
{
    [SkippableTheory]
    [InlineData("source", "source EBADF", "sink  ", "sink  ")]
    [InlineData("sink", "source EBADF", "sink  ", "sink EBADF epoll_wait")]
    public void FanOut_LoopBreaksUnderIt_WhoWaitsIsToldAndNothingIsLost(string waitsFor, params string[] said)
    {
        Finished child = Child.Run("fan-out-under-a-broken-loop", $"'{FaultyLibc.Library}'", waitsFor);
        child.Text.Should().Be($"{string.Join('\n', said)}\nexact\n", child.Error);
    }
}
