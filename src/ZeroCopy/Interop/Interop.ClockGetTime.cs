using System.Runtime.InteropServices;

namespace ZeroCopy;

internal static partial class Interop
{
    internal const int CLOCK_THREAD_CPUTIME_ID = 3;

    /// <summary>The CPU time of this thread in nanoseconds.</summary>
    internal static unsafe long ThreadCpuTime()
    {
        // SAFETY: two words, as long as those of struct timespec, which the kernel writes to.
        nint* time = stackalloc nint[2];
        return clock_gettime(CLOCK_THREAD_CPUTIME_ID, time) == 0 ? (time[0] * 1_000_000_000L) + time[1] : 0;
    }

    [LibraryImport("libc")]
    private static unsafe partial int clock_gettime(int clockid, nint* tp);
}
