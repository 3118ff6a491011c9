using System.Runtime.InteropServices;

namespace ZeroCopy;

internal static partial class Interop
{
    private const int MSG_DONTWAIT = 0x40;
    private const int MSG_NOSIGNAL = 0x4000;

    /// <summary>Never waits, whatever the flags of the socket.</summary>
    internal static unsafe Errno Receive(SafeHandle socket, Span<byte> buffer, out long count)
    {
        // SAFETY: the buffer stays where it is while the call writes to it.
        fixed (byte* buf = buffer)
        {
            Errno errno;
            do
            {
                errno = Capture(recv(socket, buf, (nuint)buffer.Length, MSG_DONTWAIT), out count);
            }
            while (errno == Errno.EINTR);
            return errno;
        }
    }

    /// <summary>Never waits, whatever the flags of the socket.</summary>
    internal static unsafe Errno Send(SafeHandle socket, ReadOnlySpan<byte> bytes, out long count)
    {
        // SAFETY: the bytes stay where they are while the call reads them.
        fixed (byte* buf = bytes)
        {
            Errno errno;
            do
            {
                errno = Capture(send(socket, buf, (nuint)bytes.Length, MSG_DONTWAIT | MSG_NOSIGNAL), out count);
            }
            while (errno == Errno.EINTR);
            return errno;
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial nint recv(SafeHandle sockfd, void* buf, nuint len, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial nint send(SafeHandle sockfd, void* buf, nuint len, int flags);
}
