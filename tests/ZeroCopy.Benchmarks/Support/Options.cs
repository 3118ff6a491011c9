using System.Globalization;

namespace ZeroCopy.Benchmarks;

/// <summary>The arguments of a comparison: names, and options with a number above 0.</summary>
internal static class Options
{
    /// <summary>Reads names of parts, and how much is to be done.</summary>
    /// <exception cref="FormatException">One of them is not known, or a number is missing.</exception>
    public static (string[] Names, Work Work) Parse(string[] arguments, IReadOnlyCollection<string> known)
    {
        List<string> names = [];
        Work work = new(Rounds: 9, Percent: 100);
        for (int i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--rounds":
                    work = work with { Rounds = Number(arguments, ++i) };
                    break;
                case "--percent":
                    work = work with { Percent = Number(arguments, ++i) };
                    break;
                default:
                    names.Add(known.Contains(arguments[i], StringComparer.Ordinal) ? arguments[i] : throw new FormatException($"'{arguments[i]}' is none of: {string.Join(' ', known)}"));
                    break;
            }
        }

        return ([.. names], work);
    }

    private static int Number(string[] arguments, int index) =>
        index < arguments.Length && int.TryParse(arguments[index], NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
            ? number
            : throw new FormatException($"{arguments[index - 1]} needs a number above 0");
}
