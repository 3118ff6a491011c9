using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ZeroCopy;

/// <summary>
/// What broke a socket. The kernel says it once, to whoever asks first, and afterwards a reset connection reads as one that ended: the copy of the other
/// direction has to learn it from here.
/// </summary>
internal static class SocketFaults
{
    private static readonly ConditionalWeakTable<SafeHandle, object> _faults = [];

    public static void Remember(SafeHandle socket, Errno errno)
    {
        // Not EPIPE, of which one's own shutdown is a reason too, and not what leaves the connection as it is.
        if (errno is Errno.ECONNRESET or Errno.ECONNABORTED or Errno.ETIMEDOUT or Errno.EHOSTUNREACH or Errno.EHOSTDOWN
            or Errno.ENETUNREACH or Errno.ENETDOWN or Errno.ENETRESET or Errno.EPROTO)
        {
            _faults.AddOrUpdate(socket, errno);
        }
    }

    public static Errno Of(SafeHandle socket) => _faults.TryGetValue(socket, out object? errno) ? (Errno)errno : Errno.None;
}
