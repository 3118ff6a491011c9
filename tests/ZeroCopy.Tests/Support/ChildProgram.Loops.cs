using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Support;

/// <content>Waits that come to an end in another way than is hoped for.</content>
internal static partial class ChildProgram
{
    /// <summary>Closes what the loops wait with, as a mistake elsewhere in a process may, and tells what those who wait are told.</summary>
    private static void CloseLoops()
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
        string[] loops = [.. Directory.GetFiles("/proc/self/fd").Where(fd => new FileInfo(fd).LinkTarget == "anon_inode:[eventpoll]")];
        foreach (string loop in loops)
        {
            new SafeFileHandle(int.Parse(Path.GetFileName(loop), System.Globalization.CultureInfo.InvariantCulture), ownsHandle: true).Dispose();
        }

        foreach (Task wait in waits)
        {
            Say(ToldBy(wait));
        }

        // Numbers that were the loops' are now those of others, which nobody of the library waits with.
        List<SafeFileHandle> others = [.. loops.Select(_ => Native.Epoll())];
        Say(ToldBy(FdReadiness.WaitReadableAsync(empty.ReadHandle).AsTask()));
        others.ForEach(other => other.Dispose());
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
