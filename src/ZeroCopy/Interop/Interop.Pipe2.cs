using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy;

internal static partial class Interop
{
    internal const int O_NONBLOCK = 0x800;
    internal const int O_CLOEXEC = 0x80000;

    /// <summary>Opens a pipe into two handles that exist already, so that no later failure can lose a descriptor.</summary>
    internal static unsafe Errno Pipe2(SafeFileHandle readEnd, SafeFileHandle writeEnd, int flags)
    {
        // SAFETY: pipe2 writes two ints to a buffer of two, and nothing on failure.
        int* pipefd = stackalloc int[2];
        Errno errno = Capture(pipe2(pipefd, flags), out _);
        if (errno == Errno.None)
        {
            Marshal.InitHandle(readEnd, pipefd[0]);
            Marshal.InitHandle(writeEnd, pipefd[1]);
        }

        return errno;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int pipe2(int* pipefd, int flags);
}
