using System.Runtime.InteropServices;

namespace ZeroCopy;

internal static partial class Interop
{
    /// <summary>Lets pages be taken away again that mlock(2) or mlockall(2) holds in memory.</summary>
    internal static unsafe Errno Unlock(nint address, nint length)
    {
        // SAFETY: the call changes no contents.
        return Capture(munlock((void*)address, (nuint)length), out _);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int munlock(void* addr, nuint length);
}
