using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace ZeroCopy.Processes.Tests.Soak;

/// <summary>What a soak has come to, as Markdown.</summary>
internal sealed class SoakReport
{
    private readonly StringBuilder _text = new();

    public static string Machine => string.Create(
        CultureInfo.InvariantCulture,
        $"Linux {Environment.OSVersion.Version}, {Cpu()}, {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}.");

    public void Begin(string command)
    {
        Line($"<!-- Written by the command below. -->");
        Line($"# Soak of samples/TcpRelay");
        Paragraph($"`{command}`");
    }

    public void Paragraph(FormattableString text)
    {
        Line($"");
        Line(text);
    }

    /// <summary>A line for each quantity, with its median of each third.</summary>
    public void Quantities(Vitals[] samples, Vitals[][] thirds)
    {
        Paragraph($"| | first third | second third | last third | lowest to highest | may grow by |");
        Line($"|---|---|---|---|---|---|");
        foreach (Quantity quantity in Quantity.All)
        {
            string medians = string.Join(" | ", thirds.Select(quantity.Median));
            Line($"| {quantity.Name} | {medians} | {samples.Min(quantity.Of)} to {samples.Max(quantity.Of)} | {quantity.Margin} |");
        }
    }

    /// <summary>A line for each manner, with how many connections were of it.</summary>
    public void Lives(Crowd crowd)
    {
        Paragraph($"| what the client does | connections |");
        Line($"|---|---|");
        Line($"| has each message answered before the next | {crowd.Of(Manner.Asks)} |");
        Line($"| sends all and half-closes | {crowd.Of(Manner.HalfCloses)} |");
        Line($"| resets while it sends and receives | {crowd.Of(Manner.Resets)} |");
        Line($"| is reset by the server meanwhile | {crowd.Of(Manner.IsReset)} |");
        Line($"| abandons it with answers on their way | {crowd.Of(Manner.Abandons)} |");
        Line($"| never says anything | {crowd.Of(Manner.IsSilent)} |");
    }

    public void WriteTo(string path) => File.WriteAllText(path, _text.ToString());

    private static string Cpu() =>
        File.ReadLines("/proc/cpuinfo").First(line => line.StartsWith("model name", StringComparison.Ordinal)).Split(':')[1].Trim();

    private void Line(FormattableString text) => _text.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
