using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy;

internal static partial class Interop
{
    private const int O_NOCTTY = 0x100;

    /// <summary>
    /// Opens what a descriptor stands for once more, non-blocking: flags are shared with whoever else has the old description, those of the new one are
    /// nobody else's. ENXIO for sockets, EACCES where the file is another user's.
    /// </summary>
    internal static unsafe Errno Reopen(SafeHandle fd, int accessMode, SafeFileHandle opened)
    {
        bool isHeld = false;
        try
        {
            fd.DangerousAddRef(ref isHeld);
            string link = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{fd.DangerousGetHandle()}\0");

            // SAFETY: the path ends with a zero, and the call only reads it.
            fixed (byte* pathname = Encoding.UTF8.GetBytes(link))
            {
                Errno errno = Capture(open(pathname, accessMode | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0), out long number);
                if (errno == Errno.None)
                {
                    Marshal.InitHandle(opened, (nint)number);
                }

                return errno;
            }
        }
        finally
        {
            if (isHeld)
            {
                fd.DangerousRelease();
            }
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int open(byte* pathname, int flags, uint mode);
}
