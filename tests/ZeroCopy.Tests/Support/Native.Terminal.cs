using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Support;

internal static partial class Native
{
    /// <summary>More than any C library's struct termios.</summary>
    private const int RoomForTermios = 256;
    private const int TCSANOW = 0;

    /// <summary>A pseudoterminal that changes no byte.</summary>
    public static (SafeFileHandle Master, SafeFileHandle Terminal) RawTerminal()
    {
        SafeFileHandle master = Open("/dev/ptmx", O_RDWR | O_NOCTTY);
        SafeFileHandle terminal = Open(UnlockedTerminalOf(master), O_RDWR | O_NOCTTY);
        Span<byte> termios = stackalloc byte[RoomForTermios];
        tcgetattr(terminal, termios).Should().Be(0);
        cfmakeraw(termios);
        tcsetattr(terminal, TCSANOW, termios).Should().Be(0);
        return (master, terminal);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int tcgetattr(SafeHandle fd, Span<byte> termios);

    [LibraryImport("libc")]
    private static partial void cfmakeraw(Span<byte> termios);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int tcsetattr(SafeHandle fd, int actions, Span<byte> termios);
}
