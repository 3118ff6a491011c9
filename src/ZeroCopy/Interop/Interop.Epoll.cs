using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy;

internal static partial class Interop
{
    internal const uint EPOLLIN = 0x1;
    internal const uint EPOLLOUT = 0x4;
    internal const uint EPOLLERR = 0x8;
    internal const uint EPOLLHUP = 0x10;
    internal const uint EPOLLRDHUP = 0x2000;
    internal const uint EPOLLONESHOT = 1u << 30;

    internal const int EPOLL_CTL_ADD = 1;
    internal const int EPOLL_CTL_DEL = 2;
    internal const int EPOLL_CTL_MOD = 3;

    private const int EPOLL_CLOEXEC = O_CLOEXEC;

    /// <summary>The stride of struct epoll_event, which is packed on x86-64 and nowhere else.</summary>
    private static readonly int EpollEventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private static readonly int EpollEventDataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    internal static Errno EpollCreate(SafeFileHandle epoll)
    {
        Errno errno = Capture(epoll_create1(EPOLL_CLOEXEC), out long fd);
        if (errno == Errno.None)
        {
            Marshal.InitHandle(epoll, (nint)fd);
        }

        return errno;
    }

    /// <summary>Changes what is asked of a descriptor, given by its number: the caller holds a reference to its handle meanwhile.</summary>
    internal static unsafe Errno EpollControl(SafeFileHandle epoll, int op, int fd, uint events, ulong data)
    {
        // SAFETY: sixteen bytes hold the struct in either layout; the kernel only reads it.
        byte* entry = stackalloc byte[16];
        *(uint*)entry = events;
        *(ulong*)(entry + EpollEventDataOffset) = data;
        return Capture(epoll_ctl(epoll, op, fd, entry), out _);
    }

    /// <summary>Waits, for at most so many milliseconds, or without end for -1. EINTR is reported: the caller waits anew anyway.</summary>
    internal static unsafe Errno EpollWait(SafeFileHandle epoll, EpollEvents events, int timeout, out int count)
    {
        // SAFETY: the buffer holds as many structs as the kernel is told that it does.
        fixed (byte* buffer = events.Buffer)
        {
            Errno errno = Capture(epoll_wait(epoll, buffer, events.Buffer.Length / EpollEventSize, timeout), out long result);
            count = (int)result;
            return errno;
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int epoll_ctl(SafeFileHandle epfd, int op, int fd, byte* epoll_event);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int epoll_wait(SafeFileHandle epfd, byte* events, int maxevents, int timeout);

    /// <summary>An array of struct epoll_event, in the layout of this machine.</summary>
    internal sealed class EpollEvents(int count)
    {
        public byte[] Buffer { get; } = new byte[count * EpollEventSize];

        public uint Events(int index) => MemoryMarshal.Read<uint>(Buffer.AsSpan(index * EpollEventSize));

        public ulong Data(int index) => MemoryMarshal.Read<ulong>(Buffer.AsSpan((index * EpollEventSize) + EpollEventDataOffset));
    }
}
