using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using ZeroCopy;

namespace TeeSample;

/// <summary>Tells on standard error what this machine permits, and which way the bytes would take. Nothing is read, written, truncated or created.</summary>
internal static class Explanation
{
    public static int Show(SafeFileHandle input, string[] files, bool append)
    {
        Console.Error.WriteLine(KernelSupport.Probe());
        Console.Error.WriteLine("the way to each output, if it were the only one:");
        using SafeFileHandle standardOutput = new(1, ownsHandle: false);
        Tell("'standard output'", input, standardOutput, Libc.IsInherited(standardOutput) ? Errno.None : Errno.EBADF);
        foreach (string file in files)
        {
            Errno errno = Libc.OpenAsItIs(file, append, out SafeFileHandle output);
            using (output)
            {
                Tell(Quoting.Quote(file), input, output, errno);
            }
        }

        return 0;
    }

    private static void Tell(string name, SafeFileHandle input, SafeFileHandle output, Errno errno)
    {
        string way = errno == Errno.None ? WayTo(input, output) : Marshal.GetPInvokeErrorMessage((int)errno);
        Console.Error.WriteLine($"{name}: {way}");
    }

    private static string WayTo(SafeFileHandle input, SafeFileHandle output)
    {
        try
        {
            return Libc.IsInherited(input) ? Transfer.Explain(input, output).ToString() : "standard input is closed";
        }
        catch (ArgumentException e)
        {
            return e.Message;
        }
    }
}
