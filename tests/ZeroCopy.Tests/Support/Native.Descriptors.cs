using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Support;

internal static partial class Native
{
    private const int AF_UNIX = 1;
    private const int SOCK_STREAM = 1;

    /// <summary>A pipe that keeps apart what was written at different times: O_DIRECT, which has another number on each architecture.</summary>
    public static (SafeFileHandle Reader, SafeFileHandle Writer) PacketPipe()
    {
        int direct = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x10000 : 0x4000;
        Span<int> ends = stackalloc int[2];
        pipe2(ends, direct | O_CLOEXEC).Should().Be(0);
        return (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true));
    }

    /// <summary>Another descriptor of a socket, for a <see cref="Socket"/> of its own.</summary>
    public static SafeSocketHandle DuplicateSocket(SafeHandle socket)
    {
        SafeFileHandle duplicate = Duplicate(socket);
        SafeSocketHandle handle = new(duplicate.DangerousGetHandle(), ownsHandle: true);
        duplicate.SetHandleAsInvalid();
        return handle;
    }

    /// <summary>Unix sockets without a name, which cost less than those that have one.</summary>
    public static SocketPair UnnamedSockets()
    {
        Span<int> ends = stackalloc int[2];
        socketpair(AF_UNIX, SOCK_STREAM | O_CLOEXEC, 0, ends).Should().Be(0);
        return new SocketPair(new Socket(new SafeSocketHandle(ends[0], ownsHandle: true)), new Socket(new SafeSocketHandle(ends[1], ownsHandle: true)));
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int pipe2(Span<int> pipefd, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socketpair(int domain, int type, int protocol, Span<int> sv);
}
