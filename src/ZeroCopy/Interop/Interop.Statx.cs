using System.Runtime.InteropServices;

namespace ZeroCopy;

/// <content>statx and not fstat, since its struct is the same on every architecture.</content>
internal static partial class Interop
{
    internal const int S_IFMT = 0xF000;
    internal const int S_IFIFO = 0x1000;
    internal const int S_IFCHR = 0x2000;
    internal const int S_IFDIR = 0x4000;
    internal const int S_IFBLK = 0x6000;
    internal const int S_IFREG = 0x8000;
    internal const int S_IFSOCK = 0xC000;

    private const int AT_EMPTY_PATH = 0x1000;
    private const uint STATX_TYPE = 0x1;
    private const uint STATX_INO = 0x100;
    private const uint STATX_SIZE = 0x200;
    private const int StatxSize = 256;
    private const int StatxModeOffset = 28;
    private const int StatxInodeOffset = 32;
    private const int StatxSizeOffset = 40;
    private const int StatxSpecialDeviceOffset = 128;
    private const int StatxDeviceOffset = 136;

    /// <summary>
    /// What a descriptor stands for: its type (of <see cref="S_IFMT"/>), its device and inode, the device that it is itself, and its size in bytes.
    /// </summary>
    internal static unsafe Errno GetFileStatus(
        SafeHandle fd, out int type, out (ulong Device, ulong Inode) identity, out (uint Major, uint Minor) device, out long size)
    {
        // SAFETY: the call writes one struct statx, for which there is room; the empty path means the descriptor itself.
        byte* statxbuf = stackalloc byte[StatxSize];
        byte empty = 0;
        Errno errno = Capture(statx(fd, &empty, AT_EMPTY_PATH, STATX_TYPE | STATX_INO | STATX_SIZE, statxbuf), out _);
        bool isKnown = errno == Errno.None;
        type = isKnown ? *(ushort*)(statxbuf + StatxModeOffset) & S_IFMT : 0;
        identity = isKnown ? (*(ulong*)(statxbuf + StatxDeviceOffset), *(ulong*)(statxbuf + StatxInodeOffset)) : default;
        device = isKnown ? (*(uint*)(statxbuf + StatxSpecialDeviceOffset), *(uint*)(statxbuf + StatxSpecialDeviceOffset + sizeof(uint))) : default;
        size = isKnown ? *(long*)(statxbuf + StatxSizeOffset) : 0;
        return errno;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int statx(SafeHandle dirfd, byte* pathname, int flags, uint mask, byte* statxbuf);
}
