using System.Globalization;

namespace ZeroCopy.Tests.Support;

/// <summary>What the system says of this process's memory.</summary>
internal static class ProcessMemory
{
    /// <summary>How many addresses it has, of bytes.</summary>
    public static long Addresses => Pages(0) * Environment.SystemPageSize;

    /// <summary>How much of it has pages, in bytes.</summary>
    public static long Resident => Pages(1) * Environment.SystemPageSize;

    /// <summary>How many mappings it has.</summary>
    public static int Mappings => File.ReadLines("/proc/self/maps").Count();

    /// <summary>How many bytes of a kind, such as AnonHugePages, the mapping has that holds an address.</summary>
    public static long OfMapping(nint address, string kind)
    {
        bool isThere = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            if (IsStart(line, out nint start, out nint end))
            {
                isThere = start <= address && address < end;
            }
            else if (isThere && line.StartsWith($"{kind}:", StringComparison.Ordinal))
            {
                return 1024 * long.Parse(line[(kind.Length + 1)..^" kB".Length], CultureInfo.InvariantCulture);
            }
        }

        throw new InvalidOperationException($"{address:x} is not mapped, or has no {kind}");
    }

    private static long Pages(int field) =>
        long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[field], CultureInfo.InvariantCulture);

    /// <summary>The lines that a mapping starts with begin with its addresses.</summary>
    private static bool IsStart(string line, out nint start, out nint end)
    {
        string[] addresses = line[..line.IndexOf(' ', StringComparison.Ordinal)].Split('-');
        end = 0;
        return nint.TryParse(addresses[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out start) & addresses.Length == 2
            && nint.TryParse(addresses[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out end);
    }
}
