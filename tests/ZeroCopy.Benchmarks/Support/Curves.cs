namespace ZeroCopy.Benchmarks;

/// <summary>
/// How what several ways cost grows with a value, in interleaved rounds: a row for each value, and medians. A value that is given twice is measured twice
/// in each round: whatever its two rows differ by is the noise of the run.
/// </summary>
/// <param name="values">Each below the next one, or the same.</param>
/// <param name="name">What a value is called.</param>
/// <param name="figures">What each measurement gives, with its unit; NaN where it says nothing.</param>
internal sealed class Curves(int[] values, Func<int, string> name, params string[] figures)
{
    private readonly List<Way> _ways = [];

    /// <summary>The rows without those that are there for the noise.</summary>
    public IEnumerable<int> Rows => Enumerable.Range(0, values.Length).Where(row => !IsAgain(row));

    public IEnumerable<string> Ways => _ways.Select(way => way.Name);

    public void Add(string way, Func<int, Task<double[]>> measure) => _ways.Add(new Way(way, measure, [.. values.Select(_ => new List<double[]>())]));

    public int ValueOf(int row) => values[row];

    public string NameOf(int row) => name(values[row]);

    public double MedianOf(int way, int row, int figure)
    {
        List<double[]> results = _ways[way].Results[row];
        return results.Select(result => result[figure]).Order().ElementAt(results.Count / 2);
    }

    /// <summary>How far from 1 the ratio of two measurements of the same is.</summary>
    public double NoiseOf(int way, int figure) =>
        Enumerable.Range(0, values.Length).Where(IsAgain).Max(row => Math.Abs((MedianOf(way, row, figure) / MedianOf(way, row - 1, figure)) - 1));

    /// <summary>Measures, and writes the medians.</summary>
    /// <param name="report">Where to.</param>
    /// <param name="heading">What stands above the table.</param>
    /// <param name="valueName">What the values are.</param>
    /// <param name="beginRound">Is called before each round.</param>
    public async Task RunAsync(Report report, string heading, string valueName, Func<Task>? beginRound = null)
    {
        for (int round = 0; round < report.Work.Rounds; round++)
        {
            await (beginRound?.Invoke() ?? Task.CompletedTask);
            for (int row = 0; row < values.Length; row++)
            {
                foreach (Way way in _ways)
                {
                    way.Results[row].Add(await way.Measure(values[row]));
                }
            }

            await Console.Error.WriteLineAsync($"round {round + 1} of {report.Work.Rounds}");
        }

        report.Heading(heading);
        report.TableHead([valueName, .. figures.SelectMany(figure => Ways.Select(way => $"{way}, {figure}"))]);
        for (int row = 0; row < values.Length; row++)
        {
            report.TableRow([IsAgain(row) ? "the same again" : NameOf(row), .. Enumerable.Range(0, figures.Length).SelectMany(figure => Cells(row, figure))]);
        }
    }

    private bool IsAgain(int row) => row > 0 && values[row] == values[row - 1];

    private IEnumerable<string> Cells(int row, int figure) =>
        _ways.Select((_, way) => MedianOf(way, row, figure) is var median && double.IsNaN(median) ? "-" : Comparison.Show(median));

    private sealed record Way(string Name, Func<int, Task<double[]>> Measure, List<double[]>[] Results);
}
