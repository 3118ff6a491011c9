using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Api;

/// <summary>The C# of errors.md, as it stands there.</summary>
internal static class ErrorsExamples
{
    public static bool CanBeSpliced(SafeFileHandle file, Pipe pipe)
    {
        try
        {
            Splice.Move(file, pipe.WriteHandle, 4096);
        }
        catch (ErrnoException e) when (e.Errno == Errno.EINVAL)
        {
            // e.Syscall is "splice": this file cannot be spliced. Read and write it.
            return false;
        }

        return true;
    }

    public static async Task SaveAsync(TransferEndpoint upload, TransferEndpoint file, TaskCompletionSource room)
    {
        try
        {
            await Transfer.CopyAsync(upload, file);
        }
        catch (TransferException e) when (e.Errno is Errno.ENOSPC or Errno.EDQUOT)
        {
            await MakeRoomAsync();
            await Transfer.CopyAsync(upload, file, e.Resume);
        }

        Task MakeRoomAsync() => room.Task;
    }
}
