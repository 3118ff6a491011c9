namespace ZeroCopy.Processes.Tests.Faults;

public sealed class FanOutFaultTests : FaultTest
{
    [SkippableTheory]
    [InlineData("fan-out", "pipe2 splice tee")]
    [InlineData("fan-out-to-file", "pipe2 splice tee")]
    [InlineData("fan-out-of-file", "pipe2 read:own splice tee")]
    [InlineData("fan-out-to-all", "pipe2 splice tee")]
    [InlineData("copied-fan-out", "recv send")]
    public void FanOut_AnyCallFails_AllThatIsPromisedHolds(string scenario, string calls) => MustHold(scenario, calls);
}
