using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Support;

/// <content>Copies of which a debugger makes system calls fail.</content>
internal static partial class ChildProgram
{
    /// <summary>All that is said where no debugger came.</summary>
    public const string NotTraced = "not traced\n";

    /// <summary>A fault that is meant for one call meets each thread once.</summary>
    private const int MostCopies = 5;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private static int Copies(string[] args)
    {
        switch (args)
        {
            case ["copy", string source, string destination, .. string[] how]:
                Copy(source, destination, how);
                return 0;
            case ["copy-onto-full-disk", string source, string destination, string folder]:
                CopyOntoFullDisk(source, destination, folder);
                return 0;
            case ["copy-past-file-size-limit", string source, string folder]:
                CopyPastFileSizeLimit(source, folder);
                return 0;
            case ["copy-with-the-only-pipe", .. string[] how]:
                CopyWithTheOnlyPipe(how);
                return 0;
            case ["wait-once", .. string[] how]:
                WaitOnce(how);
                return 0;
            case ["copy-without-memory", string way]:
                CopyWithoutMemory(isAsync: way == "async");
                return 0;
            case ["replace-loops"]:
                ReplaceLoops();
                return 0;
            case ["rent-with-two-descriptors"]:
                RentWithTwoDescriptors();
                return 0;
            case ["stalled-copies", .. string[] kinds]:
                StalledCopies(kinds);
                return 0;
            default:
                return Capabilities(args);
        }
    }

    /// <summary>
    /// Copies, and where that fails, goes on from there. The bytes are in the source before, and fit into the destination, so that it never has to wait,
    /// but for a source that is slow.
    /// </summary>
    private static void Copy(string from, string to, string[] how)
    {
        byte[] all = Bytes.Random(from == "file" && to == "file" ? 3 << 20 : 200_000);
        string folder = Directory.CreateTempSubdirectory("zerocopy-").FullName;
        CopyOptions options = new() { Counters = new TransferCounters() };
        TransferEndpoint source = Source(from, Path.Combine(folder, "source"), all, options.Counters);
        (TransferEndpoint destination, Func<byte[]> arrived) = Destination(to, Path.Combine(folder, "destination"));
        if (how.Contains("warm"))
        {
            StartAllThreads();
        }

        Say($"ready {Environment.ProcessId}");
        if (how.Contains("traced") && !SpinWait.SpinUntil(IsTraced, _patience))
        {
            Console.Write(NotTraced);
            return;
        }

        using (new Scarcity(how))
        {
            // In two parts, of which the second is all that the first has left.
            int first = how.Contains("limited") ? all.Length / 2 : all.Length;
            options.Length = first < all.Length ? first : null;
            CopyInSteps(source, destination, options, all, how);
            if (first < all.Length)
            {
                CopyInSteps(source, destination, new CopyOptions { Counters = options.Counters }, all[first..], how);
            }
        }

        Say(arrived().AsSpan().SequenceEqual(all) ? "exact" : "not the same bytes");
        Directory.Delete(folder, recursive: true);
    }

    private static void CopyInSteps(TransferEndpoint source, TransferEndpoint destination, CopyOptions options, byte[] all, string[] how)
    {
        int read = 0;
        for (int i = 0; i < MostCopies && CopyOnce(source, destination, options, how) is TransferException e; i++)
        {
            options = Resumed(e, options, all, ref read);
        }
    }

    /// <summary>Tells of a failure, in which every byte has to be accounted for. What was read by copies before is the prefix of the next.</summary>
    private static CopyOptions Resumed(TransferException failed, CopyOptions options, byte[] all, ref int read)
    {
        failed.MustAccountFor(all[read..], options.Prefix.ToArray());
        read += (int)failed.BytesRead;
        Say($"{failed.Errno} {failed.Side} {(failed.InnerException as ErrnoException)?.Syscall}");
        return failed.Resume;
    }

    private static TransferException? CopyOnce(TransferEndpoint source, TransferEndpoint destination, CopyOptions options, string[] how)
    {
        try
        {
            CopyResult result = how.Contains("async")
                ? Transfer.CopyAsync(source, destination, options).AsTask().WaitAsync(_patience).GetAwaiter().GetResult()
                : Transfer.Copy(source, destination, options);
            Say($"{result.BytesCopied} {result.Path} {result.FallbackErrno}");
            if (how.Contains("small-pipes"))
            {
                Say($"{result.Statistics.PipeCapacity / Environment.SystemPageSize} slots");
            }

            return null;
        }
        catch (TransferException e)
        {
            return e;
        }
    }

    private static TransferEndpoint Source(string kind, string path, byte[] all, TransferCounters counters)
    {
        switch (kind)
        {
            case "socket":
                SocketPair sockets = SocketPair.Tcp();
                sockets.Far.SendBufferSize = 2 * all.Length;
                sockets.Far.Send(all);
                sockets.Far.Shutdown(SocketShutdown.Send);
                return sockets.Near;

            case "slow-socket":
                SocketPair slow = SocketPair.Tcp();
                new Thread(() => FeedSlowly(slow.Far, all, counters)) { IsBackground = true }.Start();
                return slow.Near;

            case "pipe":
                Pipe pipe = new(1 << 20);
                pipe.Write(all);
                pipe.WriteHandle.Dispose();
                return pipe.ReadHandle;

            default:
                if (!File.Exists(path))
                {
                    File.WriteAllBytes(path, all);
                }

                return File.OpenHandle(path);
        }
    }

    /// <summary>The next bytes come only when those before have been read, so that the copy has to wait for each of them.</summary>
    private static void FeedSlowly(Socket socket, byte[] all, TransferCounters counters)
    {
        foreach (byte[] chunk in all.Chunk(all.Length / 10))
        {
            long before = counters.BytesRead;
            socket.Send(chunk);
            if (!SpinWait.SpinUntil(() => counters.BytesRead == before + chunk.Length, _patience))
            {
                return;
            }
        }

        socket.Shutdown(SocketShutdown.Send);
    }

    private static (TransferEndpoint Endpoint, Func<byte[]> Arrived) Destination(string kind, string path)
    {
        switch (kind)
        {
            case "socket":
                SocketPair sockets = SocketPair.Tcp();
                sockets.Near.SendBufferSize = 400_000;
                return (sockets.Near, () => EndAndReceive(sockets));

            case "pipe":
                Pipe pipe = new(1 << 20);
                pipe.Capacity.Should().Be(1 << 20, "nobody reads it meanwhile: another program of this user has all the pages for pipes");
                return (pipe.WriteHandle, () => pipe.Read());

            case "appending-file":
                return (Native.Open(path, Native.O_WRONLY | Native.O_CREAT | Native.O_APPEND), () => File.ReadAllBytes(path));

            default:
                SafeFileHandle file = Native.Open(path, Native.O_WRONLY | Native.O_CREAT);
                return (file, () => File.ReadAllBytes(path));
        }
    }

    private static byte[] EndAndReceive(SocketPair sockets)
    {
        sockets.Near.Shutdown(SocketShutdown.Send);
        return sockets.Far.ReceiveToEnd();
    }

    /// <summary>Has the loop, the timer and the pool start their threads, for each of which the runtime opens a pipe, and cannot do without.</summary>
    private static void StartAllThreads()
    {
        const int Threads = 4;
        ThreadPool.SetMinThreads(Threads, Threads);
        using Barrier barrier = new(Threads);
        Task[] tasks = [.. Enumerable.Range(0, Threads).Select(_ => Task.Run(() => barrier.SignalAndWait(_patience)))];
        Task.WaitAll(tasks, _patience).Should().BeTrue();
        using Pipe pipe = new();
        Task waiting = FdReadiness.WaitReadableAsync(pipe.ReadHandle).AsTask().WaitAsync(_patience);
        pipe.Write(1);
        waiting.Wait();
    }

    /// <summary>Whether a debugger has each thread.</summary>
    private static bool IsTraced()
    {
        try
        {
            return Array.TrueForAll(
                Directory.GetDirectories("/proc/self/task"),
                task => !File.ReadAllText(Path.Combine(task, "status")).Contains("TracerPid:\t0\n", StringComparison.Ordinal));
        }
        catch (IOException)
        {
            // A thread has ended meanwhile.
            return false;
        }
    }
}
