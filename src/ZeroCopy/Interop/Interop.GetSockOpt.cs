using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ZeroCopy;

internal static partial class Interop
{
    internal const int SOCK_STREAM = 1;
    internal const int AF_UNIX = 1;

    private const int SOL_SOCKET = 1;
    private const int SO_TYPE = 3;
    private const int SO_ERROR = 4;
    private const int SO_DOMAIN = 39;
    private const int IPPROTO_TCP = 6;
    private const int TCP_INFO = 11;
    private const int TCP_ZEROCOPY_RECEIVE = 35;

    /// <summary>The state, as TCP_INFO's first byte tells it, of a connection that is over.</summary>
    private const byte TCP_CLOSE = 7;

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

    /// <summary>
    /// Whether a TCP connection is over, and everything read, without its peer having ended it: it was reset, or timed out, and somebody else was told of that.
    /// There is one call that tells, without changing anything: a receive without copying, of nothing, fails with EIO where there was a FIN.
    /// </summary>
    internal static bool IsOverWithoutFin(SafeHandle socket)
    {
        if (GetSocketOption(socket, IPPROTO_TCP, TCP_INFO, out byte state) != Errno.None || state != TCP_CLOSE)
        {
            return false;
        }

        // The first fields of struct tcp_zerocopy_receive: an address, without which nothing is mapped anywhere, a length, and how many bytes there are.
        return GetSocketOption(socket, IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE, out Vector128<uint> receive) == Errno.None && receive[3] == 0;
    }

    private static Errno GetSocketOption(SafeHandle socket, int option, out int value) => GetSocketOption(socket, SOL_SOCKET, option, out value);

    private static unsafe Errno GetSocketOption<T>(SafeHandle socket, int level, int option, out T value)
        where T : unmanaged
    {
        // SAFETY: the call writes a value no larger than this one, and its length, to locals of this frame.
        T optval = default;
        uint optlen = (uint)sizeof(T);
        Errno errno = Capture(getsockopt(socket, level, option, &optval, &optlen), out _);
        value = optval;
        return errno;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int getsockopt(SafeHandle sockfd, int level, int optname, void* optval, uint* optlen);
}
