using System.Runtime.InteropServices;

namespace ZeroCopy;

internal static partial class Interop
{
    internal const int MADV_DONTNEED = 4;
    internal const int MADV_HUGEPAGE = 14;
    internal const int MADV_NOHUGEPAGE = 15;

    /// <summary>Advises on a range of pages, which must be whole ones.</summary>
    internal static unsafe Errno Advise(nint address, nint length, int advice)
    {
        // SAFETY: of what is used here, only MADV_DONTNEED touches contents: it zeroes memory that the caller owns, and unmaps nothing.
        return Capture(madvise((void*)address, (nuint)length, advice), out _);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int madvise(void* addr, nuint length, int advice);
}
