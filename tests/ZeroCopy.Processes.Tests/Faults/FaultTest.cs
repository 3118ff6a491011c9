using ZeroCopy.Tests.Faults;

namespace ZeroCopy.Processes.Tests.Faults;

/// <summary>
/// Each system call that the library makes fails with each error number that it can give, at each of the first calls. What has to hold then is always the
/// same, and <see cref="FaultScenario"/> says what.
/// </summary>
public abstract class FaultTest
{
    private static readonly Lazy<string> _libc = new(FaultyLibc.Build);

    /// <summary>How many calls of a name fail, one after the other, and with how many error numbers of a kind.</summary>
    private static string[] Most { get; } = Shell.IsContinuousIntegration ? ["6", "100"] : ["2", "2"];

    /// <summary>The path of a libc whose calls fail when they are told to.</summary>
    protected static string Libc
    {
        get
        {
            Shell.SkipWithout("cc");
            return _libc.Value;
        }
    }

    protected static void MustHold(string scenario, string calls)
    {
        Finished child = Child.Run(["faults", $"'{Libc}'", scenario, .. Most]);
        child.Text.Should().MatchRegex(@"^\d+ runs, with faults of [^\n]*\n$", child.Error);
        child.Text.TrimEnd().Split(' ').Should().Contain(calls.Split(' '), "the test is about them");
    }
}
