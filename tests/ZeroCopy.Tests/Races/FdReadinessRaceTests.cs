using Microsoft.Win32.SafeHandles;
using Xunit.Abstractions;

namespace ZeroCopy.Tests.Races;

/// <summary>Descriptors that are closed, and their numbers used again, while somebody waits for them.</summary>
public sealed class FdReadinessRaceTests(ITestOutputHelper output) : TransferTest
{
    /// <summary>So many that there are some in each loop.</summary>
    private const int Fences = 16;

    private readonly List<Task> _orphans = [];
    private int _reused;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Wait_NumberIsClosedAndOpenedAgainAtOnce_ToldOfItsOwnDescriptorOnly(bool oldPipeLivesOn)
    {
        using Race race = new(3);
        Pipe[] fences = [.. Enumerable.Range(0, Fences).Select(_ => PipeOf("x"))];
        int rounds = Rounds.Play(_ => Play(race, fences, oldPipeLivesOn));
        output.WriteLine($"{rounds} rounds, {_reused} with the same number");
        _reused.Should().BeGreaterThan(rounds / 10);
        foreach (Task orphan in _orphans)
        {
            // Of a number that nobody uses again it takes a quarter of a second to find out.
            await Task.WhenAny(orphan).WaitAsync(Patience);
            (orphan.Exception?.InnerException is ObjectDisposedException || (oldPipeLivesOn && orphan.IsCompletedSuccessfully))
                .Should().BeTrue("that is what {0} may be, not {1}", orphan.Status, orphan.Exception);
        }
    }

    private void Play(Race race, Pipe[] fences, bool oldPipeLivesOn)
    {
        using Pipe old = new();
        using SafeFileHandle? copy = oldPipeLivesOn ? Native.Duplicate(old.ReadHandle) : null;
        nint number = old.ReadHandle.DangerousGetHandle();
        Pipe? next = null;
        Task? wait = null;
        Task? late = null;
        _orphans.Add(FdReadiness.WaitReadableAsync(old.ReadHandle).AsTask());

        race.Run(
            () =>
            {
                old.ReadHandle.Dispose();
                next = new Pipe();
                wait = FdReadiness.WaitReadableAsync(next.ReadHandle).AsTask();
            },
            () => late = WaitUnlessDisposed(old),
            () =>
            {
                if (oldPipeLivesOn)
                {
                    old.Write("x");
                }
            });

        using (next)
        {
            _orphans.Add(late!);
            _reused += next!.ReadHandle.DangerousGetHandle() == number ? 1 : 0;

            // Each loop has seen what was there before.
            Task.WhenAll(fences.Select(fence => FdReadiness.WaitReadableAsync(fence.ReadHandle).AsTask())).Wait(Patience).Should().BeTrue();
            wait!.IsCompleted.Should().BeFalse("nothing has come for the new one");
            next.Write("x");
            wait.Wait(Patience).Should().BeTrue("something has come for the new one");
        }
    }

    private static Task WaitUnlessDisposed(Pipe pipe)
    {
        try
        {
            return FdReadiness.WaitReadableAsync(pipe.ReadHandle).AsTask();
        }
        catch (ObjectDisposedException e)
        {
            return Task.FromException(e);
        }
    }
}
