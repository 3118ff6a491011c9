using System.Runtime.InteropServices;

namespace ZeroCopy;

internal static partial class Interop
{
    internal static unsafe Errno VmSplice(SafeHandle fd, IOVector* segments, int count, SpliceFlags flags, out long moved)
    {
        Errno errno;
        do
        {
            // SAFETY: the kernel checks every address that it follows; what the segments point to is the contract of the public calls.
            errno = Capture(vmsplice(fd, segments, (nuint)count, (uint)flags), out moved);
        }
        while (errno == Errno.EINTR);
        return errno;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial nint vmsplice(SafeHandle fd, IOVector* iov, nuint nr_segs, uint flags);
}
