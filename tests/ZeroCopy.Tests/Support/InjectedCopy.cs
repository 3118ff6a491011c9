namespace ZeroCopy.Tests.Support;

/// <summary>
/// A copy of which a debugger makes system calls fail. The child says what came of it, and where it failed (with every byte accounted for), what came of the one
/// that goes on from there; and whether all bytes have arrived in the end, each once.
/// </summary>
internal static class InjectedCopy
{
    public static Finished Run(string[] faults, string source, string destination, params string[] how) =>
        Child.RunInjectedWhenReady(faults, ["copy", source, destination, "traced", .. how]);

    public static void MustSay(Finished child, params string[] lines) => child.Text.Should().Match(string.Join('\n', lines) + "\n", child.Error);
}
