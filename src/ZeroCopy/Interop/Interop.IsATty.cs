using System.Runtime.InteropServices;

namespace ZeroCopy;

internal static partial class Interop
{
    internal static bool IsTerminal(SafeHandle fd) => isatty(fd) == 1;

    [LibraryImport("libc", SetLastError = true)]
    private static partial int isatty(SafeHandle fd);
}
