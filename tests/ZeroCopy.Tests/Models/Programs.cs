using FsCheck;
using FsCheck.Fluent;

namespace ZeroCopy.Tests.Models;

/// <summary>Random programs, of which one that fails is made as small as it can be and still fail.</summary>
internal static class Programs
{
    /// <summary>Runs so many. What fails is reported as a text to be kept, and with the seeds of the generator, to be repeated by.</summary>
    public static void MustHold<T>(Gen<T> programs, Func<T, IEnumerable<T>> smaller, Action<T> mustHold, int count) =>
        Prop.ForAll(Arb.From(programs, smaller), mustHold).Check(Config.QuickThrowOnFailure.WithMaxTest(count));

    /// <summary>Without the one half of the steps or the other, then without each quarter, and so on to each single one.</summary>
    public static IEnumerable<T[]> WithoutSome<T>(T[] steps)
    {
        for (int count = steps.Length; count > 0; count /= 2)
        {
            for (int from = 0; from + count <= steps.Length; from += count)
            {
                yield return [.. steps[..from], .. steps[(from + count)..]];
            }
        }
    }

    /// <summary>With one step in the place of each that is smaller than it.</summary>
    public static IEnumerable<T[]> WithSmaller<T>(T[] steps, Func<T, IEnumerable<T>> smaller) =>
        from i in Enumerable.Range(0, steps.Length)
        from step in smaller(steps[i])
        select (T[])[.. steps[..i], step, .. steps[(i + 1)..]];

    /// <summary>Numbers that are smaller, by much first.</summary>
    public static IEnumerable<int> Smaller(int number)
    {
        for (int less = number; less > 0; less /= 4)
        {
            yield return number - less;
        }
    }

    /// <summary>The parts of a text between separators, without the spaces around them.</summary>
    public static string[] Split(string text, char separator) =>
        text.Split(separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
