using System.Runtime.InteropServices;

namespace ZeroCopy;

internal static partial class Interop
{
    internal static unsafe Errno CopyFileRange(SafeHandle fdIn, long? offsetIn, SafeHandle fdOut, long? offsetOut, long len, out long copied)
    {
        long off_in = offsetIn.GetValueOrDefault();
        long off_out = offsetOut.GetValueOrDefault();
        Errno errno;
        do
        {
            // SAFETY: the offsets are locals of this frame, which the call does not outlive. EINTR leaves them as they were.
            errno = Capture(
                copy_file_range(fdIn, offsetIn.HasValue ? &off_in : null, fdOut, offsetOut.HasValue ? &off_out : null, (nuint)len, 0),
                out copied);
        }
        while (errno == Errno.EINTR);
        return errno;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial nint copy_file_range(SafeHandle fd_in, long* off_in, SafeHandle fd_out, long* off_out, nuint len, uint flags);
}
