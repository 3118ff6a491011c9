using System.Globalization;
using System.Security;
using System.Text;

namespace ZeroCopy.Benchmarks;

/// <summary>Curves as lines over a logarithmic axis, in SVG: two panels a row, a colour for each way in all of them.</summary>
internal sealed class LineChart(string title)
{
    private const int PanelWidth = 460;
    private const int PanelHeight = 290;
    private const int Top = 66;
    private const int PlotLeft = 58;
    private const int PlotTop = 36;
    private const int PlotWidth = 380;
    private const int PlotHeight = 190;
    private const int LegendStep = 170;

    private readonly StringBuilder _panels = new();
    private readonly List<string> _ways = [];
    private int _count;

    private int Height => Top + ((_count + 1) / 2 * PanelHeight);

    public void Add(string heading, string axis, Curves curves, int figure, bool isLogarithmic = false)
    {
        int left = _count % 2 * PanelWidth;
        int top = Top + (_count / 2 * PanelHeight);
        _count++;
        string[] ways = [.. curves.Ways];
        _ways.AddRange(ways.Except(_ways, StringComparer.Ordinal));

        // A value of 0 stands for one that is not on the axis, and so little CPU time that it is 0 can be measured too.
        int[] rows = [.. curves.Rows.Where(row => curves.ValueOf(row) > 0 && ways.Select((_, way) => curves.MedianOf(way, row, figure)).All(median => median > 0))];
        Scale x = Scale.Over([.. rows.Select(row => (double)curves.ValueOf(row))], PlotWidth);
        double[] all = [.. ways.SelectMany((_, way) => rows.Select(row => curves.MedianOf(way, row, figure)))];
        double[] ticks = isLogarithmic ? Scale.LogarithmicTicks(all) : Scale.LinearTicks(all);
        Scale y = isLogarithmic ? Scale.Over(ticks, PlotHeight) : new Scale(0, PlotHeight / ticks[^1], value => value);

        Write($"<g transform=\"translate({left + PlotLeft} {top + PlotTop})\">");
        Write($"<text x=\"{-PlotLeft + 20}\" y=\"-14\" class=\"heading\">{Escape(heading)}</text>");
        foreach (double tick in ticks)
        {
            double at = PlotHeight - y.At(tick);
            Write($"<path d=\"M0 {at:F1}H{PlotWidth}\" class=\"grid\"/><text x=\"-8\" y=\"{at + 4:F1}\" class=\"tick end\">{tick:#,0.####}</text>");
        }

        foreach (int row in rows)
        {
            double at = x.At(curves.ValueOf(row));
            Write($"<path d=\"M{at:F1} {PlotHeight}v4\" class=\"axis\"/><text x=\"{at:F1}\" y=\"{PlotHeight + 18}\" class=\"tick middle\">{Short(curves.ValueOf(row))}</text>");
        }

        Write($"<path d=\"M0 {PlotHeight}H{PlotWidth}\" class=\"axis\"/><text x=\"{PlotWidth / 2}\" y=\"{PlotHeight + 37}\" class=\"middle\">{Escape(axis)}</text>");

        // The first one above the others.
        for (int way = ways.Length - 1; way >= 0; way--)
        {
            (double X, double Y)[] points = [.. rows.Select(row => (x.At(curves.ValueOf(row)), PlotHeight - y.At(curves.MedianOf(way, row, figure))))];
            int kind = _ways.IndexOf(ways[way]);
            Write($"<polyline points=\"{string.Join(' ', points.Select(Point))}\" class=\"line way{kind}\"/>");
            Array.ForEach(points, point => Write($"<circle cx=\"{point.X:F1}\" cy=\"{point.Y:F1}\" r=\"3.2\" class=\"dot{kind}\"/>"));
        }

        Write($"</g>");
    }

    public Task SaveAsync(string path) => File.WriteAllTextAsync(path, string.Create(CultureInfo.InvariantCulture, $$"""
        <svg xmlns="http://www.w3.org/2000/svg" width="{{2 * PanelWidth}}" height="{{Height}}" viewBox="0 0 {{2 * PanelWidth}} {{Height}}" role="img" aria-label="{{Escape(title)}}">
        <style>
        text { font: 13px system-ui, sans-serif; fill: #24292f } .title { font-size: 17px; font-weight: 600 } .heading { font-weight: 600 }
        .tick { font-size: 12px; fill: #57606a } .middle { text-anchor: middle } .end { text-anchor: end }
        .grid { stroke: #e4e8ec } .axis { stroke: #8c959f } .line { fill: none; stroke-width: 2 }
        .way0 { stroke: #1a7f5a } .way1 { stroke: #bc5b00; stroke-dasharray: 6 3 } .way2 { stroke: #6e7781; stroke-dasharray: 2 3 }
        .dot0 { fill: #1a7f5a } .dot1 { fill: #bc5b00 } .dot2 { fill: #6e7781 }
        </style>
        <rect width="100%" height="100%" fill="#ffffff"/>
        <text x="20" y="30" class="title">{{Escape(title)}}: lower is better</text>
        {{Legend()}}
        {{_panels}}</svg>

        """));

    private string Legend() => string.Concat(_ways.Select((way, kind) => string.Create(
        CultureInfo.InvariantCulture,
        $"<path d=\"M{20 + (kind * LegendStep)} 54h28\" class=\"line way{kind}\"/><text x=\"{56 + (kind * LegendStep)}\" y=\"58\">{Escape(way)}</text>")));

    private void Write(FormattableString element) => _panels.Append(element.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static string Point((double X, double Y) point) => string.Create(CultureInfo.InvariantCulture, $"{point.X:F1},{point.Y:F1}");

    private static string Short(int value) => value switch
    {
        >= 1 << 20 when value % (1 << 20) == 0 => $"{value >> 20}M",
        >= 1 << 10 when value % (1 << 10) == 0 => $"{value >> 10}K",
        _ => value.ToString("N0", CultureInfo.InvariantCulture),
    };

    private static string Escape(string text) => SecurityElement.Escape(text);

    /// <summary>Where a value stands.</summary>
    private sealed record Scale(double From, double Factor, Func<double, double> Transform)
    {
        public double At(double value) => (Transform(value) - From) * Factor;

        /// <summary>A logarithmic one, from the lowest of some values to the highest.</summary>
        public static Scale Over(double[] values, double length)
        {
            double from = Math.Log(values.Min());
            return new Scale(from, length / (Math.Log(values.Max()) - from), Math.Log);
        }

        /// <summary>Round numbers from 0 on, with up to six steps.</summary>
        public static double[] LinearTicks(double[] values)
        {
            double step = Round(values.Max() / 6, upwards: true);
            return [.. Enumerable.Range(0, (int)Math.Ceiling(values.Max() / step) + 1).Select(i => i * step)];
        }

        /// <summary>Powers of ten, and the doubles and halves between.</summary>
        public static double[] LogarithmicTicks(double[] values)
        {
            List<double> ticks = [Round(values.Min(), upwards: false)];
            while (ticks[^1] < values.Max())
            {
                ticks.Add(Round(ticks[^1] * 1.5, upwards: true));
            }

            return [.. ticks];
        }

        private static double Round(double value, bool upwards)
        {
            double power = Math.Pow(10, Math.Floor(Math.Log10(value)));
            double[] steps = [1, 2, 5, 10];
            return power * (upwards ? steps.First(step => step * power >= value * 0.999) : steps.Last(step => step * power <= value * 1.001));
        }
    }
}
