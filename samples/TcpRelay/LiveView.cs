using System.Diagnostics;
using System.Runtime.CompilerServices;
using Spectre.Console;

namespace TcpRelaySample;

/// <summary>A table of the connections, renewed twice a second; what is logged goes above it.</summary>
internal sealed class LiveView(Forwarder forwarder)
{
    /// <summary>What fits on an ordinary terminal.</summary>
    private const int MostRows = 15;

    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(500);
    private static readonly string[] _units = ["B", "KiB", "MiB", "GiB", "TiB"];

    private readonly ConditionalWeakTable<Connection, StrongBox<(long There, long Back)>> _before = [];
    private long _last = Stopwatch.GetTimestamp();

    public static Task ShowAsync(Forwarder forwarder, Func<Action<string>, Task> run) =>
        AnsiConsole.Live(new Table()).AutoClear(enabled: true).StartAsync(async display =>
        {
            LiveView view = new(forwarder);
            using PeriodicTimer tick = new(_interval);
            Task running = run(AnsiConsole.WriteLine);
            while (!running.IsCompleted)
            {
                display.UpdateTarget(view.Render());
                display.Refresh();
                await Task.WhenAny(running, tick.WaitForNextTickAsync().AsTask());
            }

            await running;
        });

    private Table Render()
    {
        double seconds = Stopwatch.GetElapsedTime(_last).TotalSeconds;
        _last = Stopwatch.GetTimestamp();
        Row[] rows = [.. forwarder.Open.Select(connection => RowOf(connection, seconds)).OrderByDescending(row => row.Rate)];

        Table table = new Table().RoundedBorder()
            .AddColumn("client")
            .AddColumn(new TableColumn("open for").RightAligned())
            .AddColumn(new TableColumn("there").RightAligned())
            .AddColumn(new TableColumn("a second").RightAligned())
            .AddColumn(new TableColumn("back").RightAligned())
            .AddColumn(new TableColumn("a second").RightAligned());
        foreach (Row row in rows.Take(MostRows))
        {
            table.AddRow(
                row.Client.EscapeMarkup(), $"{row.Age:hh\\:mm\\:ss}", Format(row.There), Format(row.ThereRate), Format(row.Back), Format(row.BackRate));
        }

        string more = rows.Length > MostRows ? $", the {MostRows} busiest shown" : string.Empty;
        return table.Caption($"{rows.Length} open{more}; {Format(rows.Sum(row => row.ThereRate))} there and {Format(rows.Sum(row => row.BackRate))} back a second");
    }

    private Row RowOf(Connection connection, double seconds)
    {
        StrongBox<(long There, long Back)> before = _before.GetOrCreateValue(connection);
        (long there, long back) = (connection.There.BytesWritten, connection.Back.BytesWritten);
        Row row = new(connection.Client, connection.Age, there, (there - before.Value.There) / seconds, back, (back - before.Value.Back) / seconds);
        before.Value = (there, back);
        return row;
    }

    private static string Format(double bytes)
    {
        int unit = 0;
        while (bytes >= 1024 && unit < _units.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }

        return unit == 0 ? $"{bytes:F0} {_units[unit]}" : $"{bytes:F1} {_units[unit]}";
    }

    private sealed record Row(string Client, TimeSpan Age, long There, double ThereRate, long Back, double BackRate)
    {
        public double Rate => ThereRate + BackRate;
    }
}
