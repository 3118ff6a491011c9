using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Support;

/// <summary>Descriptors that .NET cannot open, for the tests alone.</summary>
internal static partial class Native
{
    public const int O_RDONLY = 0;
    public const int O_WRONLY = 1;
    public const int O_RDWR = 2;
    public const int O_CREAT = 0x40;
    public const int O_APPEND = 0x400;
    public const int O_NONBLOCK = 0x800;
    public const int O_PATH = 0x200000;
    public const int O_CLOEXEC = 0x80000;
    public const int O_NOCTTY = 0x100;

    private const int F_SETPIPE_SZ = 1031;
    private const int F_GETPIPE_SZ = 1032;
    private const int F_GETFD = 1;
    private const int F_GETFL = 3;
    private const int F_SETFL = 4;
    private const int F_DUPFD_CLOEXEC = 1030;
    private const int F_ADD_SEALS = 1033;
    private const int F_SEAL_WRITE = 8;
    private const uint MFD_ALLOW_SEALING = 2;
    private const int EFD_CLOEXEC = 0x80000;

    public static SafeFileHandle Open(string path, int flags) => Checked(open(path, flags | O_CLOEXEC, 0x1B6));

    public static SafeFileHandle Memfd() => Checked(memfd_create("test", MFD_ALLOW_SEALING));

    public static SafeFileHandle SealedMemfd()
    {
        SafeFileHandle memfd = Memfd();
        fcntl(memfd, F_ADD_SEALS, F_SEAL_WRITE).Should().Be(0);
        return memfd;
    }

    public static SafeFileHandle Duplicate(SafeHandle fd) => new(fcntl(fd, F_DUPFD_CLOEXEC, 0), ownsHandle: true);

    public static SafeFileHandle EventFd() => Checked(eventfd(0, EFD_CLOEXEC));

    public static SafeFileHandle Epoll() => Checked(epoll_create1(EFD_CLOEXEC));

    /// <summary>The other side of a pseudoterminal.</summary>
    public static string UnlockedTerminalOf(SafeHandle master)
    {
        unlockpt(master).Should().Be(0);
        Span<byte> name = stackalloc byte[64];
        ptsname_r(master, name, (nuint)name.Length).Should().Be(0);
        return System.Text.Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]);
    }

    public static string Fifo(string path)
    {
        mkfifo(path, 0x1B6).Should().Be(0);
        return path;
    }

    /// <summary>A descriptor's flags: FD_CLOEXEC is 1.</summary>
    public static int DescriptorFlags(SafeHandle fd) => fcntl(fd, F_GETFD, 0);

    public static int StatusFlags(SafeHandle fd) => fcntl(fd, F_GETFL, 0);

    public static void SetStatusFlags(SafeHandle fd, int flags) => fcntl(fd, F_SETFL, flags).Should().Be(0);

    /// <summary>Has a number stand for something else from now on.</summary>
    public static void Replace(int number, SafeHandle other) => dup2(other, number).Should().Be(number);

    /// <summary>The capacity of a pipe, or -1 for what is none.</summary>
    public static int PipeSize(SafeHandle fd) => fcntl(fd, F_GETPIPE_SZ, 0);

    public static void SetPipeSize(SafeHandle pipe, int bytes) => fcntl(pipe, F_SETPIPE_SZ, bytes).Should().BeGreaterThanOrEqualTo(bytes);

    public static long Position(SafeHandle fd) => lseek(fd, 0, 1);

    public static void Seek(SafeHandle fd, long position) => lseek(fd, position, 0).Should().Be(position);

    public static int Write(SafeHandle fd, ReadOnlySpan<byte> bytes) => (int)write(fd, bytes, (nuint)bytes.Length);

    public static int Read(SafeHandle fd, Span<byte> buffer) => (int)read(fd, buffer, (nuint)buffer.Length);

    private static SafeFileHandle Checked(SafeFileHandle handle) =>
        handle.IsInvalid ? throw new InvalidOperationException(Marshal.GetLastPInvokeErrorMessage()) : handle;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle open(string pathname, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle memfd_create(string name, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial SafeFileHandle eventfd(uint initval, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial SafeFileHandle epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkfifo(string pathname, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(SafeHandle fd, int cmd, nint arg);

    [LibraryImport("libc")]
    private static partial int dup2(SafeHandle oldfd, int newfd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unlockpt(SafeHandle fd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ptsname_r(SafeHandle fd, Span<byte> buf, nuint buflen);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(SafeHandle fd, ReadOnlySpan<byte> buf, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(SafeHandle fd, Span<byte> buf, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial long lseek(SafeHandle fd, long offset, int whence);
}
