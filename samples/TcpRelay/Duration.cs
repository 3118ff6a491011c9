using System.Globalization;

namespace TcpRelaySample;

/// <summary>Times as they are written on a command line: 500ms, 30s, 5m, 1h.</summary>
internal static class Duration
{
    private static readonly (string Unit, TimeSpan Length)[] _units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)), ("h", TimeSpan.FromHours(1)),
    ];

    public static bool TryParse(string text, out TimeSpan time)
    {
        time = TimeSpan.Zero;
        (string unit, TimeSpan length) = _units.FirstOrDefault(unit => text.EndsWith(unit.Unit, StringComparison.Ordinal));
        if (unit is null || !double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
        {
            return false;
        }

        bool isTime = number > 0 && number < TimeSpan.MaxValue / length;
        time = isTime ? number * length : time;
        return isTime;
    }
}
