namespace ZeroCopy.Tests.Support;

/// <summary>Runs <see cref="ChildProgram"/> in a process of its own.</summary>
internal static class Child
{
    private static readonly string _line = $"exec dotnet '{typeof(Child).Assembly.Location}'";

    /// <summary>What to run a program under so that it has no capability, whoever runs the tests.</summary>
    public static string Unprivileged { get; } = Environment.IsPrivilegedProcess ? "setpriv --bounding-set=-all --inh-caps=-all" : "env";

    public static Finished Run(params string[] arguments) => RunAfter(string.Empty, arguments);

    /// <summary>Runs it where the commands before it in the same shell have taken effect.</summary>
    public static Finished RunAfter(string commands, params string[] arguments) =>
        Shell.Line($"{commands}\n{_line} {string.Join(' ', arguments)}");

    /// <summary>Runs it under a program that takes a command line.</summary>
    public static Finished RunUnder(string program, params string[] arguments) =>
        Shell.Line($"{program} {_line["exec ".Length..]} {string.Join(' ', arguments)}");

    /// <summary>
    /// Runs it with a system call failing. The runtime makes none of the three, so the first is the test's own; of the others it makes a few itself,
    /// each counted for each thread.
    /// </summary>
    public static Finished RunInjected(string syscall, string fault, params string[] arguments)
    {
        Shell.SkipWithoutTracing();
        return RunUnder($"strace -f -qq --seccomp-bpf -o /dev/null -e trace={syscall} -e inject={syscall}:{fault}", arguments);
    }
}
