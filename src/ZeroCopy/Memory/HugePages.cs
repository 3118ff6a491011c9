using System.Globalization;

namespace ZeroCopy;

/// <summary>What the system says of transparent huge pages.</summary>
internal static class HugePages
{
    private const string Settings = "/sys/kernel/mm/transparent_hugepage/";

    /// <summary>The size of one in bytes, or 0 where memory that asks for them gets none.</summary>
    public static int Size
    {
        get
        {
            try
            {
                return !File.ReadAllText($"{Settings}enabled").Contains("[never]", StringComparison.Ordinal)
                    && int.TryParse(File.ReadAllText($"{Settings}hpage_pmd_size"), CultureInfo.InvariantCulture, out int bytes)
                    ? bytes : 0;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return 0;
            }
        }
    }
}
