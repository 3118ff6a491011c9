using System.Collections.Concurrent;

namespace ZeroCopy.Tests.Races;

/// <summary>Threads that each do something at the same time, round after round.</summary>
internal sealed class Race : IDisposable
{
    /// <summary>So many turns of a loop are a few microseconds: in each round another one is first.</summary>
    private const int MostSpins = 300;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly Barrier _barrier;
    private readonly Thread[] _runners;
    private readonly ConcurrentQueue<Exception> _failures = new();
    private Action[] _actions = [];

    public Race(int runners)
    {
        _barrier = new Barrier(runners + 1);
        _runners = [.. Enumerable.Range(0, runners).Select(Start)];
    }

    /// <summary>Has each thread do one of them, and returns when all are done.</summary>
    public void Run(params Action[] actions)
    {
        _actions = actions;
        MustMeet();
        MustMeet();
        if (_failures.TryDequeue(out Exception? failure))
        {
            throw new InvalidOperationException($"What was done at once with others failed: {failure.Message}", failure);
        }
    }

    public void Dispose()
    {
        _actions = [];
        MustMeet();
        Array.ForEach(_runners, runner => runner.Join(_patience).Should().BeTrue());
        _barrier.Dispose();
    }

    private Thread Start(int number)
    {
        Thread runner = new(() => Run(number)) { IsBackground = true, Name = $"runner {number}" };
        runner.Start();
        return runner;
    }

    private void Run(int number)
    {
        Random spins = new(number);
        while (_barrier.SignalAndWait(_patience) && number < _actions.Length)
        {
            Thread.SpinWait(spins.Next(MostSpins));
            try
            {
                _actions[number]();
            }
            catch (Exception e)
            {
                _failures.Enqueue(e);
            }

            if (!_barrier.SignalAndWait(_patience))
            {
                return;
            }
        }
    }

    private void MustMeet() => _barrier.SignalAndWait(_patience).Should().BeTrue("nobody is stuck");
}
