namespace ZeroCopy.Tests.Support;

/// <summary>Runs <see cref="ChildProgram"/> in a process of its own.</summary>
internal static class Child
{
    private const string Incapable = "--bounding-set=-all --inh-caps=-all";

    private static readonly string _line = $"exec dotnet '{typeof(Child).Assembly.Location}'";

    private static int OwnUser => 10_000 + (Environment.ProcessId % 50_000);

    /// <summary>
    /// What to run a program under so that it has no capability, and is a user of its own, since others of the same one use up and give back what a user may
    /// have. Only who may become another user can have that, and others do without.
    /// </summary>
    public static string Unprivileged { get; } = ((string[])[$"setpriv --reuid={OwnUser} --regid={OwnUser} --clear-groups {Incapable}", $"setpriv {Incapable}", "env"])
        .First(program => Shell.Line($"{program} sh -c 'command -v dotnet && test -r \"{typeof(Child).Assembly.Location}\"'").ExitCode == 0);

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

    /// <summary>
    /// Runs it until it says that it is ready, and from then on with system calls failing: what the runtime does before is not counted. Each fault is a
    /// call, its error and when, as strace has them; of calls of different threads, each thread's are counted.
    /// </summary>
    public static Finished RunInjectedWhenReady(string[] faults, params string[] arguments)
    {
        Shell.SkipWithoutTracing();
        string calls = string.Join(',', faults.Select(fault => fault[..fault.IndexOf(':', StringComparison.Ordinal)]));
        string injections = string.Join(' ', faults.Select(fault => $"-e 'inject={fault}'"));
        string strace = $"strace -f -qq -e 'trace={calls}' {injections}";
        Finished child = Shell.Line($"{_line["exec ".Length..]} {string.Join(' ', arguments)} | {{ read ready pid; {strace} -p $pid & cat; wait; }}");
        Skip.If(child.Text == ChildProgram.NotTraced, "a process may not be traced by one that is not its parent here");
        Array.ForEach(faults, fault => child.Error.Should().Contain("(INJECTED)", "the test is about {0}", fault));
        return child;
    }
}
