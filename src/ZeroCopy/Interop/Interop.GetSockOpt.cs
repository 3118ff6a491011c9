using System.Runtime.InteropServices;

namespace ZeroCopy;

internal static partial class Interop
{
    internal const int SOCK_STREAM = 1;
    internal const int AF_UNIX = 1;

    private const int SOL_SOCKET = 1;
    private const int SO_TYPE = 3;
    private const int SO_ERROR = 4;
    private const int SO_DOMAIN = 39;

    /// <summary>The type of a socket, such as <see cref="SOCK_STREAM"/>.</summary>
    internal static Errno GetSocketType(SafeHandle socket, out int type) => GetSocketOption(socket, SO_TYPE, out type);

    /// <summary>The family of a socket, such as <see cref="AF_UNIX"/>.</summary>
    internal static Errno GetSocketFamily(SafeHandle socket, out int family) => GetSocketOption(socket, SO_DOMAIN, out family);

    /// <summary>The error that a socket has to tell, which it then has no more.</summary>
    internal static Errno TakeSocketError(SafeHandle socket, out Errno error)
    {
        Errno errno = GetSocketOption(socket, SO_ERROR, out int value);
        error = (Errno)value;
        return errno;
    }

    private static unsafe Errno GetSocketOption(SafeHandle socket, int option, out int value)
    {
        // SAFETY: the call writes one int, and its length, to locals of this frame.
        int optval = 0;
        uint optlen = sizeof(int);
        Errno errno = Capture(getsockopt(socket, SOL_SOCKET, option, &optval, &optlen), out _);
        value = optval;
        return errno;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int getsockopt(SafeHandle sockfd, int level, int optname, void* optval, uint* optlen);
}
