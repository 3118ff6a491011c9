using System.Runtime.InteropServices;

namespace ZeroCopy;

internal static partial class Interop
{
    /// <summary>Has a descriptor's number stand for what another one stands for; what it stood for is closed, if nobody else has it.</summary>
    internal static Errno Replace(SafeHandle replaced, SafeHandle by) => Capture(dup3(by, replaced, O_CLOEXEC), out _);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int dup3(SafeHandle oldfd, SafeHandle newfd, int flags);
}
