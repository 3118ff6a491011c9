using System.Runtime.InteropServices;

namespace ZeroCopy;

internal static partial class Interop
{
    private const int PROT_READ = 1;
    private const int PROT_WRITE = 2;
    private const int MAP_PRIVATE = 0x2;
    private const int MAP_FIXED = 0x10;
    private const int MAP_ANONYMOUS = 0x20;

    /// <summary>Gets memory of this process alone, which reads as zeroes until it is written to and takes no page before.</summary>
    internal static unsafe Errno MapMemory(nint length, out nint address)
    {
        // SAFETY: the kernel chooses where, so that nothing is mapped over.
        Errno errno = Capture((nint)mmap(null, (nuint)length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), out long start);
        address = (nint)start;
        return errno;
    }

    /// <summary>The same at addresses that the caller has, and whose contents it needs no more.</summary>
    internal static unsafe Errno MapMemoryAgain(nint address, nint length)
    {
        // SAFETY: what is mapped over is the caller's.
        return Capture((nint)mmap((void*)address, (nuint)length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), out _);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial void* mmap(void* addr, nuint length, int prot, int flags, int fd, nint offset);
}
