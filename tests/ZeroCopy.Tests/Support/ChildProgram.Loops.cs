using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Support;

/// <content>Waits that come to an end in another way than is hoped for.</content>
internal static partial class ChildProgram
{
    /// <summary>
    /// Closes what the loops wait with, and has its numbers stand for something else, as a mistake elsewhere in a process may. Tells what those who wait are told.
    /// </summary>
    private static void ReplaceLoops()
    {
        Say("ready");
        using Pipe empty = new();
        using Pipe full = new Pipe().Full();
        Task[] waits =
        [
            FdReadiness.WaitReadableAsync(empty.ReadHandle).AsTask(),
            FdReadiness.WaitWritableAsync(full.WriteHandle).AsTask(),
            Transfer.CopyAsync(empty.ReadHandle, full.WriteHandle).AsTask(),
            Transfer.CopyAsync(empty.ReadHandle, full.WriteHandle, new CopyOptions { Prefix = new byte[1] }).AsTask(),
        ];
        int[] loops =
        [
            .. from descriptor in Directory.GetFiles("/proc/self/fd")
               where new FileInfo(descriptor).LinkTarget == "anon_inode:[eventpoll]"
               select int.Parse(Path.GetFileName(descriptor), CultureInfo.InvariantCulture),
        ];
        using (SafeFileHandle file = Native.Open("/dev/null", Native.O_RDONLY))
        {
            Array.ForEach(loops, loop => Native.Replace(loop, file));
        }

        foreach (Task wait in waits)
        {
            Say(ToldBy(wait));
        }

        // An epoll again, which nobody of the library waits with: who were put into it would wait for ever.
        using (SafeFileHandle other = Native.Epoll())
        {
            Array.ForEach(loops, loop => Native.Replace(loop, other));
        }

        Say(ToldBy(FdReadiness.WaitReadableAsync(empty.ReadHandle).AsTask()));
    }

    private static string ToldBy(Task wait)
    {
        try
        {
            wait.WaitAsync(_patience).GetAwaiter().GetResult();
            return "no error";
        }
        catch (TransferException e)
        {
            return $"{e.Side} {(e.InnerException as ErrnoException)?.Syscall} {e.Errno}";
        }
        catch (ErrnoException e)
        {
            return $"{e.Syscall} {e.Errno}";
        }
    }
}
