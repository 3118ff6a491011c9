using System.Diagnostics;

namespace ZeroCopy.Tests.Support;

/// <summary>Looks at a process from outside.</summary>
internal static class ProcessExtensions
{
    private static readonly TimeSpan _aWhile = TimeSpan.FromMilliseconds(500);

    /// <summary>Whether it goes on for a while, and uses no processor time to speak of.</summary>
    public static bool IsAtRest(this Process process)
    {
        process.Refresh();
        TimeSpan before = process.TotalProcessorTime;
        process.WaitForExit(_aWhile).Should().BeFalse();
        process.Refresh();
        return process.TotalProcessorTime - before < _aWhile / 10;
    }
}
