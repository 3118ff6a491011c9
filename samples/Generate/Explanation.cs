using Microsoft.Win32.SafeHandles;
using ZeroCopy;

namespace GenerateSample;

/// <summary>Tells on standard error what this machine permits, and what can be done with standard output, to which nothing is written.</summary>
internal static class Explanation
{
    public static int Show()
    {
        using SafeFileHandle standardOutput = new(1, ownsHandle: false);
        KernelSupport support = KernelSupport.Probe();
        Console.Error.WriteLine(support);
        Console.Error.WriteLine($"standard output: {WayTo(standardOutput, support)}");
        return 0;
    }

    private static string WayTo(SafeFileHandle standardOutput, KernelSupport support) =>
        !Libc.IsWritable(standardOutput) ? "not open for writing"
        : !Libc.IsPipe(standardOutput) ? "no pipe, so that it is written to"
        : support.VmSpliceErrno is Errno errno and not Errno.None ? $"a pipe, which is written to: vmsplice is refused with {errno}"
        : support.HasHugePages == true ? "a pipe, which memory is handed over to"
        : "a pipe, which memory is handed over to with --mode copying-reader; without huge pages, to write costs less";
}
