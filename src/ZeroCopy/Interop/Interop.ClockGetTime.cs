using System.Runtime.InteropServices;

namespace ZeroCopy;

internal static partial class Interop
{
    private const int CLOCK_THREAD_CPUTIME_ID = 3;

    /// <summary>The CPU time of this thread in nanoseconds.</summary>
    internal static unsafe long ThreadCpuTime()
    {
        // SAFETY: two words, as long as those of struct timespec, which the kernel writes to.
        nint* time = stackalloc nint[2];
        return Capture(clock_gettime(CLOCK_THREAD_CPUTIME_ID, time), out _) == Errno.None ? (time[0] * 1_000_000_000L) + time[1] : 0;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int clock_gettime(int clockid, nint* tp);
}
