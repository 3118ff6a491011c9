using System.Runtime.InteropServices;

namespace ZeroCopy;

internal static partial class Interop
{
    private const int SHUT_WR = 1;

    /// <summary>Tells the peer of a socket that nothing more will be sent.</summary>
    internal static Errno ShutdownWrite(SafeHandle socket) => Capture(shutdown(socket, SHUT_WR), out _);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int shutdown(SafeHandle sockfd, int how);
}
