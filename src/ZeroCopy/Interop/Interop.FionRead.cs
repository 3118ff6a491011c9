using System.Runtime.InteropServices;

namespace ZeroCopy;

internal static partial class Interop
{
    /// <summary>The request's number is an old plain one everywhere but on ppc64le, where it is built by _IOR('f', 127, int).</summary>
    private static readonly nuint FIONREAD = RuntimeInformation.ProcessArchitecture == Architecture.Ppc64le ? 0x4004667Fu : 0x541Bu;

    internal static unsafe Errno GetBytesAvailable(SafeHandle fd, out int bytes)
    {
        // SAFETY: FIONREAD writes one int, to a local of this frame.
        int available = 0;
        Errno errno = Capture(ioctl(fd, FIONREAD, &available), out _);
        bytes = available;
        return errno;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int ioctl(SafeHandle fd, nuint request, int* argp);
}
