using System.Runtime.InteropServices;

namespace ZeroCopy;

internal static partial class Interop
{
    internal const int SEEK_CUR = 1;

    /// <summary>Moves a descriptor's position, or with <see cref="SEEK_CUR"/> and 0 tells it.</summary>
    internal static Errno Seek(SafeHandle fd, long offset, int whence, out long position) =>
        Capture(lseek(fd, (nint)offset, whence), out position);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint lseek(SafeHandle fd, nint offset, int whence);
}
