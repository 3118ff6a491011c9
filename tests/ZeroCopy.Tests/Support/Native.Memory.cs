using System.Runtime.InteropServices;

namespace ZeroCopy.Tests.Support;

internal static partial class Native
{
    private const int PR_SET_THP_DISABLE = 41;

    /// <summary>Makes this process, and what it starts, one that gets no huge pages.</summary>
    public static void DoWithoutHugePages() => prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0).Should().Be(0);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nuint arg2, nuint arg3, nuint arg4, nuint arg5);
}
