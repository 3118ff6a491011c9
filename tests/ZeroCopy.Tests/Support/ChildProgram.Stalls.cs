using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Support;

/// <content>Copies that nothing moves on.</content>
internal static partial class ChildProgram
{
    private const int CopiesOfAKind = 8;

    private static readonly TimeSpan _twoSweeps = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Parks copies, each kind given as source&gt;sink, or source&gt;sink+sink, and tells what they cost once all is warm: processor time, and threads of the
    /// pool.
    /// </summary>
    private static void StalledCopies(string[] kinds)
    {
        using CancellationTokenSource stop = new();
        string folder = Directory.CreateTempSubdirectory("zerocopy-").FullName;
        List<object> kept = [];
        List<Task> copies = [];
        foreach (string[] ends in kinds.Select(kind => kind.Split('>')))
        {
            for (int i = 0; i < CopiesOfAKind; i++)
            {
                TransferEndpoint source = StalledSource(ends[0], Path.Combine(folder, $"source{copies.Count}"), kept);
                TransferEndpoint[] sinks =
                    [.. ends[1].Split('+').Select((sink, place) => StalledSink(sink, Path.Combine(folder, $"sink{copies.Count}-{place}"), kept))];
                ReadOnlyMemory<byte> prefix = ends[0] == "nothing-but-the-prefix" ? new byte[1000] : default;
                copies.Add(sinks.Length == 1
                    ? Transfer.CopyAsync(source, sinks[0], new CopyOptions { Prefix = prefix }, stop.Token).AsTask()
                    : Transfer.FanOutAsync(source, sinks, new FanOutOptions { Prefix = prefix }, stop.Token));
            }
        }

        Say(Task.WhenAny(copies).Wait(_twoSweeps) ? $"{copies.FindIndex(copy => copy.IsCompleted)} ended" : "parked");
        TimeSpan used = LeastProcessorTime(Task.WhenAny(copies));
        Say(copies.Exists(copy => copy.IsCompleted) ? "ended" : "still parked");
        Say(used);
        SpinWait.SpinUntil(() => BusyThreads() == 0, _patience);
        Say($"{BusyThreads()} busy");
        stop.Cancel();
        Say(((IAsyncResult)Task.WhenAll(copies)).AsyncWaitHandle.WaitOne(_patience) && copies.TrueForAll(copy => copy.IsCanceled) ? "cancelled" : "stuck");
        GC.KeepAlive(kept);
        Directory.Delete(folder, recursive: true);
    }

    private static int BusyThreads()
    {
        ThreadPool.GetMaxThreads(out int most, out _);
        ThreadPool.GetAvailableThreads(out int available, out _);
        return most - available;
    }

    /// <summary>That of the best of several whiles, until one is good enough: the compiler works at times of its own choice.</summary>
    private static TimeSpan LeastProcessorTime(Task any)
    {
        TimeSpan least = _twoSweeps;
        for (int i = 0; i < 10 && least > _twoSweeps / 20; i++)
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            any.Wait(_twoSweeps);
            TimeSpan used = Environment.CpuUsage.TotalTime - before;
            least = used < least ? used : least;
        }

        return least;
    }

    private static TransferEndpoint StalledSource(string kind, string path, List<object> kept)
    {
        if (kind.EndsWith("pipe", StringComparison.Ordinal))
        {
            Pipe pipe = kind == "silent-pipe" ? new Pipe() : new Pipe().Full();
            (kind == "ended-pipe" ? pipe.WriteHandle : null)?.Dispose();
            kept.Add(pipe);
            return pipe.ReadHandle;
        }

        SocketPair sockets = SocketPair.Tcp();
        kept.Add(sockets);
        switch (kind)
        {
            case "silent-socket" or "nothing-but-the-prefix":
                return sockets.Near;
            case "silent-terminal":
                return Terminal(kept);
            case "file":
                File.WriteAllBytes(path, new byte[50_000]);
                return File.OpenHandle(path);
            default:
                sockets.Far.Send(new byte[50_000]);
                break;
        }

        switch (kind)
        {
            case "urgent-byte":
                sockets.Far.Send([1], SocketFlags.OutOfBand);
                break;
            case "ended-socket":
                sockets.Far.Dispose();
                break;
            case "reset-socket":
                sockets.ResetFromFar();
                break;
        }

        return sockets.Near;
    }

    private static TransferEndpoint StalledSink(string kind, string path, List<object> kept)
    {
        if (kind.EndsWith("pipe", StringComparison.Ordinal))
        {
            Pipe pipe = new Pipe().Full();
            (kind == "dead-pipe" ? pipe.ReadHandle : null)?.Dispose();
            kept.Add(pipe);
            return pipe.WriteHandle;
        }

        SocketPair sockets = kind.EndsWith("tcp", StringComparison.Ordinal) ? SocketPair.Tcp() : SocketPair.Unix(path + "-socket");
        kept.Add(sockets);
        switch (kind)
        {
            case "file":
                return File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
            case "deaf-terminal":
                return Terminal(kept);
            case "urgent-tcp":
                sockets.Far.Send([1], SocketFlags.OutOfBand);
                break;
            case "reset-tcp":
                sockets.ResetFromFar();
                break;
            case "deaf-tcp":
                sockets.Small().Near.Fill();
                break;
            case "deaf-unix":
                sockets.Near.Fill();
                break;
            case "half-closed-unix":
                sockets.Near.Fill();
                sockets.Far.Shutdown(SocketShutdown.Send);
                break;
        }

        return sockets.Near;
    }

    /// <summary>One that nobody types at, and whose output nobody reads.</summary>
    private static SafeFileHandle Terminal(List<object> kept)
    {
        SafeFileHandle master = Native.Open("/dev/ptmx", Native.O_RDWR | Native.O_NOCTTY);
        kept.Add(master);
        return Native.Open(Native.UnlockedTerminalOf(master), Native.O_RDWR | Native.O_NOCTTY);
    }
}
