namespace ZeroCopy.Benchmarks;

/// <summary>
/// Measures several things in interleaved rounds (A B C, A B C), so that a slow minute of the machine hits all alike, and tells the medians. The
/// first is measured twice in each round: whatever these two differ by is the noise of the run.
/// </summary>
/// <param name="figures">What each measurement gives, with its unit, such as <c>GiB/s</c>.</param>
internal sealed class Comparison(params string[] figures)
{
    private readonly List<Subject> _subjects = [];
    private int _rounds;

    public int Count => _subjects.Count;

    /// <summary>Adds something to be measured.</summary>
    /// <param name="name">What stands in the table.</param>
    /// <param name="measure">Measures it once: a value for each figure.</param>
    public void Add(string name, Func<Task<double[]>> measure)
    {
        _subjects.Add(new Subject(name, measure));
        if (_subjects.Count == 1)
        {
            _subjects.Add(new Subject("the same again", measure));
        }
    }

    public async Task RunAsync(int rounds)
    {
        for (_rounds = 0; _rounds < rounds; _rounds++)
        {
            foreach (Subject subject in _subjects)
            {
                subject.Results.Add(await subject.Measure());
            }

            await Console.Error.WriteLineAsync($"round {_rounds + 1} of {rounds}");
        }
    }

    public string NameOf(int subject) => _subjects[subject].Name;

    public double MedianOf(int subject, int figure) => _subjects[subject].Figure(figure).ElementAt(_rounds / 2);

    /// <summary>Measures, and writes of each figure the median, the lowest and the highest, and the ratio of the median to the first one's.</summary>
    public async Task RunAsync(Report report, string heading)
    {
        await RunAsync(report.Work.Rounds);
        report.Heading(heading);
        report.TableHead(["subject", .. figures.SelectMany(figure => (string[])[figure, "lowest to highest", "ratio"])]);
        for (int subject = 0; subject < Count; subject++)
        {
            report.TableRow([NameOf(subject), .. Enumerable.Range(0, figures.Length).SelectMany(figure => Cells(subject, figure))]);
        }
    }

    private string[] Cells(int subject, int figure)
    {
        double[] values = [.. _subjects[subject].Figure(figure)];
        double ratio = MedianOf(subject, figure) / MedianOf(0, figure);
        return [Show(MedianOf(subject, figure)), $"{Show(values[0])} to {Show(values[^1])}", $"{ratio:F2}"];
    }

    /// <summary>A figure with the digits that say something.</summary>
    public static string Show(double value) => value < 10 ? $"{value:F3}" : value < 1000 ? $"{value:F1}" : $"{value:N0}";

    private sealed record Subject(string Name, Func<Task<double[]>> Measure)
    {
        public List<double[]> Results { get; } = [];

        public IEnumerable<double> Figure(int figure) => Results.Select(result => result[figure]).Order();
    }
}
