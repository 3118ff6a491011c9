using System.Runtime.InteropServices;

namespace ZeroCopy;

internal static partial class Interop
{
    /// <summary>Tells whether a page has memory.</summary>
    internal static unsafe Errno IsResident(nint page, out bool isResident)
    {
        // SAFETY: the call writes a byte for each page, which is one, to a local of this frame.
        byte state = 0;
        Errno errno = Capture(mincore((void*)page, (nuint)Environment.SystemPageSize, &state), out _);
        isResident = (state & 1) != 0;
        return errno;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int mincore(void* addr, nuint length, byte* vec);
}
