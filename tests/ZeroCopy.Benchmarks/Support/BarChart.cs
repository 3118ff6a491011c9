using System.Globalization;
using System.Security;
using System.Text;

namespace ZeroCopy.Benchmarks;

/// <summary>Figures of comparisons as bars, in SVG: a group for each, the shortest bar first, our own in a colour of their own.</summary>
internal sealed class BarChart(string title)
{
    private const int Width = 860;
    private const int BarsFrom = 290;
    private const int LongestBar = 490;
    private const int LineHeight = 22;
    private const int GroupSpace = 46;

    private readonly StringBuilder _groups = new();
    private int _y = 40;

    public void Add(string heading, Comparison comparison, int figure)
    {
        (string Name, double Value)[] bars =
            [.. Enumerable.Range(0, comparison.Count).Where(i => i != 1).Select(i => (comparison.NameOf(i), comparison.MedianOf(i, figure))).OrderBy(bar => bar.Item2)];
        double longest = bars.Max(bar => bar.Value);
        _y += GroupSpace / 2;
        Write($"<text x=\"20\" y=\"{_y}\" class=\"heading\">{Escape(heading)}</text>");
        foreach ((string name, double value) in bars)
        {
            _y += LineHeight;
            string kind = RelayPeers.IsOurs(name) ? "ours" : "theirs";
            double length = Math.Max(value / longest * LongestBar, 1);
            Write($"<text x=\"{BarsFrom - 10}\" y=\"{_y}\" class=\"name {kind}\">{Escape(name)}</text>");
            Write($"<rect x=\"{BarsFrom}\" y=\"{_y - 12}\" width=\"{length:F1}\" height=\"15\" rx=\"2\" class=\"{kind}\"/>");
            Write($"<text x=\"{BarsFrom + length + 8:F1}\" y=\"{_y}\" class=\"value\">{(value < 10 ? $"{value:F2}" : $"{value:F0}")}</text>");
        }

        _y += GroupSpace / 2;
    }

    public Task SaveAsync(string path) => File.WriteAllTextAsync(path, string.Create(CultureInfo.InvariantCulture, $$"""
        <svg xmlns="http://www.w3.org/2000/svg" width="{{Width}}" height="{{_y}}" viewBox="0 0 {{Width}} {{_y}}" role="img" aria-label="{{Escape(title)}}">
        <style>
        text { font: 13px system-ui, sans-serif; fill: #24292f } .title { font-size: 17px; font-weight: 600 } .heading { font-weight: 600 }
        .name { text-anchor: end } text.ours { font-weight: 600 } rect.ours { fill: #1a7f5a } rect.theirs { fill: #b6bec8 } .value { fill: #57606a }
        </style>
        <rect width="100%" height="100%" fill="#ffffff"/>
        <text x="20" y="30" class="title">{{Escape(title)}}: shorter is better</text>
        {{_groups}}</svg>

        """));

    private void Write(FormattableString element) => _groups.Append(element.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static string Escape(string text) => SecurityElement.Escape(text);
}
