using System.Globalization;

namespace ZeroCopy;

/// <summary>What the system says of transparent huge pages, asked once. Whether there really is one is told by <see cref="PageRegion.TryTouchHugePage"/>.</summary>
internal static class HugePages
{
    private const string Settings = "/sys/kernel/mm/transparent_hugepage/";

    /// <summary>The size of one in bytes, or 0 where memory that asks for them gets none.</summary>
    public static int Size { get; } = Read();

    private static int Read()
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
