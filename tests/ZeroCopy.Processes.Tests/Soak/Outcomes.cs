using System.Text.RegularExpressions;

namespace ZeroCopy.Processes.Tests.Soak;

/// <summary>What the relay says of each connection, counted.</summary>
internal sealed partial class Outcomes
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);

    public int Of(string outcome)
    {
        lock (_lock)
        {
            return _counts.GetValueOrDefault(outcome);
        }
    }

    /// <summary>Counts a line.</summary>
    /// <returns>Whether it is about anything else than a connection that has ended as some do here.</returns>
    public bool IsOdd(string line)
    {
        Match match = Ordinary().Match(line);
        if (match.Success)
        {
            lock (_lock)
            {
                string outcome = match.Groups["outcome"].Value;
                _counts[outcome] = _counts.GetValueOrDefault(outcome) + 1;
            }
        }

        return !match.Success;
    }

    public override string ToString()
    {
        lock (_lock)
        {
            return string.Join(", ", _counts.Select(count => $"{count.Value} {count.Key}"));
        }
    }

    [GeneratedRegex("^[^ ]+ -> [^ ]+: (?<outcome>completed|idle for too long|failed)[:;]", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Ordinary();
}
