using System.Text;

namespace TeeSample;

/// <summary>File names in messages, as GNU shows them: as they are where a shell would take them so, quoted for a shell where not.</summary>
internal static class Quoting
{
    private const string SafePunctuation = "_./,+@%-";

    public static string Quote(string name)
    {
        if (name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c > '\x7f' || SafePunctuation.Contains(c, StringComparison.Ordinal)))
        {
            return name;
        }

        if (name.Contains('\'', StringComparison.Ordinal) && !name.Any(c => char.IsControl(c) || c is '"' or '$' or '`' or '\\' or '!'))
        {
            return $"\"{name}\"";
        }

        StringBuilder quoted = new("'");
        foreach (char c in name)
        {
            quoted.Append(c switch
            {
                '\'' => "'\\''",
                '\n' => "'$'\\n''",
                '\t' => "'$'\\t''",
                '\r' => "'$'\\r''",
                _ when char.IsControl(c) => $"'$'\\{Convert.ToString(c, 8).PadLeft(3, '0')}''",
                _ => c,
            });
        }

        return quoted.Append('\'').ToString();
    }
}
