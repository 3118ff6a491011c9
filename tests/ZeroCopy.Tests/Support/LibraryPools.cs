using System.Reflection;

namespace ZeroCopy.Tests.Support;

/// <summary>The pools that the library keeps for itself, which may hold idle pipes for as long as the process lives.</summary>
internal static class LibraryPools
{
    private static readonly FieldInfo[] _fields =
    [
        .. typeof(PipePool).Assembly.GetTypes()
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(field => field.FieldType == typeof(PipePool) || field.FieldType == typeof(PipePool[])),
    ];

    public static void Trim()
    {
        foreach (FieldInfo field in _fields)
        {
            PipePool?[] pools = field.GetValue(null) is PipePool?[] several ? several : [(PipePool?)field.GetValue(null)];
            Array.ForEach(pools, pool => pool?.Trim());
        }
    }
}
