using System.Diagnostics;

namespace ZeroCopy.Tests.Races;

/// <summary>How often a race is run: 2,000 times, or in continuous integration 100,000 times or for twenty seconds.</summary>
internal static class Rounds
{
    private const int Few = 2_000;
    private const int Many = 100_000;

    private static readonly TimeSpan _most = TimeSpan.FromSeconds(20);

    /// <returns>How many there were.</returns>
    public static int Play(Action<int> round)
    {
        long start = Stopwatch.GetTimestamp();
        int most = Shell.IsContinuousIntegration ? Many : Few;
        int played = 0;
        while (played < most && (played < Few || Stopwatch.GetElapsedTime(start) < _most))
        {
            round(played++);
        }

        return played;
    }
}
