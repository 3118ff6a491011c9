using System.Diagnostics;

namespace ZeroCopy.Tests.Faults;

/// <summary>A scenario with each fault that it can meet, one after the other, in a process that does nothing else.</summary>
internal sealed class FaultProduct(FaultScenario scenario, int mostCalls, int mostErrnos)
{
    /// <summary>More than these tell nothing new.</summary>
    private const int MostFailures = 10;

    private static readonly FailedAssertions _assertions = new();

    private readonly HashSet<string> _descriptors = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _met = new(StringComparer.Ordinal);
    private int _runs;
    private int _failures;

    /// <summary>More calls than this are made by who spins.</summary>
    private long _mostCalls = long.MaxValue;
    private bool _isOver;

    /// <summary>Runs all of it, and says what did not hold, how often it ran, and which calls have failed.</summary>
    public static int Run(string library, string name, int mostCalls, int mostErrnos)
    {
        FaultyLibc.StandIn(library);
        Trace.Listeners.Clear();
        Trace.Listeners.Add(_assertions);
        SortedSet<string> met = new(StringComparer.Ordinal);
        int runs = 0;
        foreach (FaultScenario scenario in FaultScenarios.Of(name))
        {
            FaultProduct product = new(scenario, mostCalls, mostErrnos);
            product.RunAll();
            met.UnionWith(product._met);
            runs += product._runs;
        }

        Console.WriteLine($"{runs} runs, with faults of {string.Join(' ', met)}");
        return 0;
    }

    private void RunAll()
    {
        _descriptors.UnionWith(Directory.GetFiles("/proc/self/fd"));
        if (scenario.AtFirst.FirstOrDefault() is Fault first)
        {
            scenario.Run(first);
            _descriptors.UnionWith(Directory.GetFiles("/proc/self/fd"));
        }

        foreach (Fault fault in scenario.AtFirst)
        {
            Try(fault);
        }

        FaultyLibc.Arm([]);
        StartLoops();
        scenario.Run(fault: null);
        LibraryPools.Trim();
        _descriptors.UnionWith(Directory.GetFiles("/proc/self/fd"));
        Try(fault: null);
        _mostCalls = 200 + (10 * FaultyLibc.MadeToWork);
        IEnumerable<Fault> faults =
            from call in FaultyLibc.Calls().ToArray()
            where !Array.Exists(scenario.Always, refused => refused.Call == call.Key)
            from fault in FaultTable.Faults(call.Key, Math.Min(call.Value, mostCalls), mostErrnos)
            where scenario.CanHappen(fault)
            select fault;
        foreach (Fault fault in (scenario.Faults ?? faults).TakeWhile(_ => !_isOver))
        {
            Try(fault);
        }
    }

    /// <summary>They stay.</summary>
    private static void StartLoops()
    {
        List<Pipe> pipes = [.. Enumerable.Range(0, 8 * Environment.ProcessorCount).Select(_ => new Pipe())];
        Task.WhenAll(pipes.Select(pipe => FdReadiness.WaitWritableAsync(pipe.WriteHandle).AsTask())).Wait(TimeSpan.FromSeconds(10)).Should().BeTrue();
        pipes.ForEach(pipe => pipe.Dispose());
    }

    private void Try(Fault? fault)
    {
        _runs++;
        FaultyLibc.Arm([]);
        try
        {
            scenario.Run(fault);
        }
        catch (TimeoutException e)
        {
            // What is stuck may disturb all others.
            Fail(fault, $"stuck: {e.Message}");
            _isOver = true;
            return;
        }
        catch (Exception e)
        {
            Fail(fault, string.Join('\n', e.ToString().Split('\n').Where(line => !line.Contains(nameof(FluentAssertions), StringComparison.Ordinal))));
        }

        if (fault is not null && FaultyLibc.Of(fault).IsMet)
        {
            _met.Add(fault.Call);
        }

        if (FaultyLibc.MadeToWork > _mostCalls)
        {
            Fail(fault, $"{FaultyLibc.MadeToWork} calls: it spins");
        }

        // What they ask the kernel may be what fails.
        while (_assertions.All.TryDequeue(out string? assertion))
        {
            if (fault?.Syscall is not ("fcntl" or "ioctl"))
            {
                Fail(fault, assertion);
            }
        }

        LibraryPools.Trim();
        string[] left = [];
        if (!SpinWait.SpinUntil(() => (left = Left()).Length == 0, TimeSpan.FromSeconds(30)))
        {
            _descriptors.UnionWith(left);
            Fail(fault, $"left open: {string.Join(' ', left.Select(descriptor => new FileInfo(descriptor).LinkTarget))}");
        }
    }

    /// <summary>What was not open before. That of the listing itself, and of what is loaded when it is first needed, goes by itself.</summary>
    private string[] Left() =>
        [.. Directory.GetFiles("/proc/self/fd").Where(descriptor => !_descriptors.Contains(descriptor) && !IsOfTheRuntime(descriptor))];

    private static bool IsOfTheRuntime(string descriptor) =>
        new FileInfo(descriptor).LinkTarget is not string target || target.EndsWith("/fd", StringComparison.Ordinal)
        || Path.GetExtension(target) is ".dll" or ".pdb";

    private void Fail(Fault? fault, string what)
    {
        Console.WriteLine($"{scenario.GetType().Name} {fault}: {what}");
        _isOver |= ++_failures >= MostFailures;
    }
}
