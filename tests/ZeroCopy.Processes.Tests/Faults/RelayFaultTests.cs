namespace ZeroCopy.Processes.Tests.Faults;

public sealed class RelayFaultTests : FaultTest
{
    [SkippableTheory]
    [InlineData("relay", "epoll_ctl:ADD pipe2 recv shutdown splice")]
    [InlineData("relay-of-messages", "recv send shutdown splice")]
    [InlineData("copied-relay", "recv send shutdown")]
    [InlineData("tapped-relay", "pipe2 splice tee")]
    public void Relay_AnyCallFails_AllThatIsPromisedHolds(string scenario, string calls) => MustHold(scenario, calls);
}
