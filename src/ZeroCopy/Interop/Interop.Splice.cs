using System.Runtime.InteropServices;

namespace ZeroCopy;

internal static partial class Interop
{
    /// <summary>The most that one call moves, the kernel's MAX_RW_COUNT: INT_MAX rounded down to a page of 4 KiB.</summary>
    internal const long MaxCount = 0x7ffff000;

    internal static unsafe Errno Splice(
        SafeHandle fdIn, long? offsetIn, SafeHandle fdOut, long? offsetOut, long len, SpliceFlags flags, out long moved)
    {
        long off_in = offsetIn.GetValueOrDefault();
        long off_out = offsetOut.GetValueOrDefault();
        Errno errno;
        do
        {
            // SAFETY: the offsets are locals of this frame, which the call does not outlive. EINTR leaves them as they were.
            errno = Capture(
                splice(fdIn, offsetIn.HasValue ? &off_in : null, fdOut, offsetOut.HasValue ? &off_out : null, (nuint)len, (uint)flags),
                out moved);
        }
        while (errno == Errno.EINTR);
        return errno;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial nint splice(SafeHandle fd_in, long* off_in, SafeHandle fd_out, long* off_out, nuint len, uint flags);
}
