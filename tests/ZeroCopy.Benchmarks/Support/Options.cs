using System.Globalization;

namespace ZeroCopy.Benchmarks;

/// <summary>Options of a command, each of which is a number above 0: <c>--rounds 9</c>.</summary>
internal static class Options
{
    /// <summary>Reads what is given over the defaults.</summary>
    /// <exception cref="FormatException">An option is none of the command's, or has no such number.</exception>
    public static Dictionary<string, int> Parse(string[] arguments, params (string Name, int Default)[] known)
    {
        Dictionary<string, int> options = known.ToDictionary(option => option.Name, option => option.Default, StringComparer.Ordinal);
        foreach (string[] pair in arguments.Chunk(2))
        {
            bool isNumber = int.TryParse(pair[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int number);
            if (!isNumber || number == 0 || !options.ContainsKey(pair[0]))
            {
                throw new FormatException($"'{string.Join(' ', pair)}' is none of: {string.Join(" N, ", options.Keys)} N");
            }

            options[pair[0]] = number;
        }

        return options;
    }
}
