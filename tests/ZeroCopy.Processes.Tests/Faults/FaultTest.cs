using ZeroCopy.Tests.Faults;

namespace ZeroCopy.Processes.Tests.Faults;

/// <summary>
/// Each system call that the library makes fails with each error number that it can give, at each of the first calls. What has to hold then is always the
/// same, and <see cref="FaultScenario"/> says what.
/// </summary>
public abstract class FaultTest
{
    /// <summary>How many calls of a name fail, one after the other, and with how many error numbers of a kind.</summary>
    private static string[] Most { get; } = Shell.IsContinuousIntegration ? ["6", "100"] : ["2", "2"];

    protected static void MustHold(string scenario, string calls)
    {
        Finished child = Child.Run(["faults", $"'{FaultyLibc.Library}'", scenario, .. Most]);
        child.Text.Should().MatchRegex(@"^\d+ runs, with faults of [^\n]*\n$", child.Error);
        child.Text.TrimEnd().Split(' ').Should().Contain(calls.Split(' '), "the test is about them");
    }
}
