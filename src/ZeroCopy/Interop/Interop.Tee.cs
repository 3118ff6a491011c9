using System.Runtime.InteropServices;

namespace ZeroCopy;

internal static partial class Interop
{
    internal static Errno Tee(SafeHandle fdIn, SafeHandle fdOut, long len, SpliceFlags flags, out long duplicated)
    {
        Errno errno;
        do
        {
            errno = Capture(tee(fdIn, fdOut, (nuint)len, (uint)flags), out duplicated);
        }
        while (errno == Errno.EINTR);
        return errno;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint tee(SafeHandle fd_in, SafeHandle fd_out, nuint len, uint flags);
}
