using System.Diagnostics.Metrics;

namespace ZeroCopy;

/// <summary>The meter <c>ZeroCopy</c>. Apart from who counts, so that no meter is loaded where nothing can listen to it.</summary>
internal static class LibraryMeter
{
    public static Meter Instance { get; } = new("ZeroCopy");
}
