using System.Runtime.InteropServices;

namespace ZeroCopy.Tests.Support;

internal static partial class Native
{
    private const int MADV_HUGEPAGE = 14;
    private const int MCL_FUTURE = 2;
    private const int PR_SET_THP_DISABLE = 41;
    private const int RLIMIT_AS = 9;

    /// <summary>Locks memory, unless the process may not have so much of it locked.</summary>
    public static unsafe bool TryLock(void* address, int length) => mlock(address, (nuint)length) == 0;

    /// <summary>Locks all memory that the process gets from now on.</summary>
    public static void LockAllToCome() => mlockall(MCL_FUTURE).Should().Be(0);

    public static void ForbidHugePages() => prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0).Should().Be(0);

    /// <summary>Limits the addresses that the process may have, as <c>ulimit -v</c> does.</summary>
    /// <returns>How many it might have before.</returns>
    public static nuint LimitAddresses(nuint bytes)
    {
        Span<nuint> limit = stackalloc nuint[2];
        getrlimit(RLIMIT_AS, limit).Should().Be(0);
        nuint before = limit[0];
        limit[0] = bytes;
        setrlimit(RLIMIT_AS, limit).Should().Be(0);
        return before;
    }

    /// <summary>Whether the system gives a huge page now to whoever asks for one.</summary>
    public static unsafe bool GivesHugePage(int size)
    {
        byte* memory = (byte*)NativeMemory.AlignedAlloc((nuint)size, (nuint)size);
        madvise(memory, (nuint)size, MADV_HUGEPAGE);
        *memory = 1;
        bool isHuge = ProcessMemory.OfMapping((nint)memory, "AnonHugePages") > 0;
        NativeMemory.AlignedFree(memory);
        return isHuge;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int mlock(void* addr, nuint len);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int mlockall(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int madvise(void* addr, nuint length, int advice);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nuint arg2, nuint arg3, nuint arg4, nuint arg5);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getrlimit(int resource, Span<nuint> rlim);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setrlimit(int resource, ReadOnlySpan<nuint> rlim);
}
