using System.Runtime.InteropServices;

namespace ZeroCopy;

/// <content>The calls that carry bytes through user space, for what cannot be spliced. Offsets are as wide as off_t on 64-bit systems.</content>
internal static partial class Interop
{
    internal static unsafe Errno Read(SafeHandle fd, Span<byte> buffer, long? offset, out long count)
    {
        // SAFETY: the buffer stays where it is while the call writes to it.
        fixed (byte* buf = buffer)
        {
            Errno errno;
            do
            {
                errno = offset is long at
                    ? Capture(pread(fd, buf, (nuint)buffer.Length, (nint)at), out count)
                    : Capture(read(fd, buf, (nuint)buffer.Length), out count);
            }
            while (errno == Errno.EINTR);
            return errno;
        }
    }

    internal static unsafe Errno Write(SafeHandle fd, ReadOnlySpan<byte> bytes, long? offset, out long count)
    {
        // SAFETY: the bytes stay where they are while the call reads them.
        fixed (byte* buf = bytes)
        {
            Errno errno;
            do
            {
                errno = offset is long at
                    ? Capture(pwrite(fd, buf, (nuint)bytes.Length, (nint)at), out count)
                    : Capture(write(fd, buf, (nuint)bytes.Length), out count);
            }
            while (errno == Errno.EINTR);
            return errno;
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial nint read(SafeHandle fd, void* buf, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial nint write(SafeHandle fd, void* buf, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial nint pread(SafeHandle fd, void* buf, nuint count, nint offset);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial nint pwrite(SafeHandle fd, void* buf, nuint count, nint offset);
}
