using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Support;

/// <content>Pipes, as many as there may be.</content>
internal static partial class ChildProgram
{
    /// <summary>
    /// Opens pipes until one fails or has fewer slots than the first, and tells what that one can still do. The first line that a process writes opens
    /// descriptors of the console's own.
    /// </summary>
    private static void Pipes(int most)
    {
        Say("ready");
        List<Pipe> pipes = [];
        int descriptors = Directory.GetFiles("/proc/self/fd").Length;
        try
        {
            do
            {
                pipes.Add(new Pipe());
            }
            while (pipes.Count < most && pipes[^1].Capacity == pipes[0].Capacity);
            using SafeFileHandle zeroes = Native.Open("/dev/zero", Native.O_RDONLY);
            Pipe last = pipes[^1];
            Say($"{pipes.Count} pipes, the last has {last.Capacity / Environment.SystemPageSize} slots");
            Say($"took {Splice.Move(zeroes, last.WriteHandle, pipes[0].Capacity) / Environment.SystemPageSize} pages");
            using Pipe hinted = new(Pipe.MaxCapacity);
            Say($"hinted: {hinted.Capacity / Environment.SystemPageSize} slots");
            last.Capacity = Pipe.MaxCapacity;
        }
        finally
        {
            pipes.ForEach(pipe => pipe.Dispose());
            Say($"left open: {Directory.GetFiles("/proc/self/fd").Length - descriptors}");
        }
    }

    private static void Pool(int most)
    {
        Say("ready");
        using PipePool pool = new();
        List<Pipe> lent = [];
        Errno errno;
        while ((errno = pool.TryRent(out Pipe? pipe)) == Errno.None && lent.Count < most)
        {
            lent.Add(pipe!);
        }

        Say($"{lent.Count} lent, then {errno}");
        pool.Return(lent[^1]);
        Say($"after a return: {pool.TryRent(out _)}");
    }

    /// <summary>Lends the first pipe of the process while there are descriptors for its ends and for nothing else.</summary>
    private static void RentWithTwoDescriptors()
    {
        Say("ready");
        using PipePool pool = new();
        List<SafeFileHandle> all = [Native.Open("/dev/null", Native.O_RDONLY)];
        while (!all[^1].IsInvalid)
        {
            all.Add(Native.Duplicate(all[0]));
        }

        all[0].Dispose();
        all[1].Dispose();
        Pipe pipe = pool.Rent();
        all.ForEach(one => one.Dispose());
        pipe.Write("lent");
        Say(pipe.ReadText());
        pool.Return(pipe);
        Say(pool.Rent() == pipe);
    }

    private static void WithSmallPipes(string script)
    {
        List<Pipe> pipes = TakeAllPages();
        Say($"{pipes[^1].Capacity / Environment.SystemPageSize} slots");
        Say($"exit code {Shell.Run("sh", script).ExitCode}");
        pipes.ForEach(pipe => pipe.Dispose());
    }

    /// <summary>Opens pipes until all the pages are taken that a user may have.</summary>
    private static List<Pipe> TakeAllPages()
    {
        List<Pipe> pipes = [];
        do
        {
            pipes.Add(new Pipe(Pipe.MaxCapacity));
        }
        while (pipes[^1].Capacity > 2 * Environment.SystemPageSize);
        return pipes;
    }

    /// <summary>A pool that gets small pipes first, and then may have larger ones.</summary>
    private static void SmallPool()
    {
        Say("ready");
        using PipePool pool = new();
        List<Pipe> large = TakeAllPages();
        Pipe small = pool.Rent();
        Say($"{small.Capacity / Environment.SystemPageSize} slots past the limit");
        pool.Return(small);
        large.ForEach(pipe => pipe.Dispose());
        Say($"{pool.Rent().Capacity / Environment.SystemPageSize} slots when it is over");
    }
}
