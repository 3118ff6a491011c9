using System.Globalization;

namespace GenerateSample;

/// <summary>Numbers of bytes as users type them: 1000, 64K, 4G.</summary>
internal static class Size
{
    private const string Units = "KMG";
    private const int BitsOfAUnit = 10;

    public static bool TryParse(string text, out long bytes)
    {
        int unit = text.Length > 0 ? Units.IndexOf(text[^1], StringComparison.Ordinal) : -1;
        int bits = (unit + 1) * BitsOfAUnit;
        bool isNumber = long.TryParse(unit < 0 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out long count);
        bytes = count << bits;
        return isNumber && bytes >> bits == count;
    }
}
