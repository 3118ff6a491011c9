using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

// Leaves the folder of this assembly, which may be a plug-in's, out of the search for libc.
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]

namespace ZeroCopy;

/// <summary>The calls of libc and their constants, under their C names, each in a file of its own.</summary>
internal static partial class Interop
{
    /// <summary>
    /// Turns what a call returned into an error number and a count. It is given the call itself as its argument, so that nothing runs
    /// between the call and the reading of errno: even the formatting of a number changes it.
    /// </summary>
    private static Errno Capture(nint result, out long count)
    {
        if (result != -1)
        {
            count = result;
            return Errno.None;
        }

        count = 0;
        return (Errno)Marshal.GetLastPInvokeError();
    }
}
