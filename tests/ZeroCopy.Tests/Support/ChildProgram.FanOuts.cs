using System.Net.Sockets;
using ZeroCopy.Tests.Faults;

namespace ZeroCopy.Tests.Support;

/// <content>Fan-outs of which a debugger makes system calls fail, or that lack what they need.</content>
internal static partial class ChildProgram
{
    private static int FanOuts(string[] args)
    {
        switch (args)
        {
            case ["fan-out", string source, string sinks, .. string[] how]:
                FanOut(source, sinks.Split(','), how);
                return 0;
            case ["fan-out-with-pipes-of-two-sizes", .. string[] how]:
                FanOutWithPipesOfTwoSizes(how);
                return 0;
            case ["fan-out-onto-full-disk", string source, string folder, .. string[] how]:
                FanOutOntoFullDisk(source, folder, how);
                return 0;
            case ["fan-out-under-a-broken-loop", string library, string waitsFor]:
                BrokenLoop.FanOut(library, waitsForSink: waitsFor == "sink");
                return 0;
            case ["tap-onto-full-disk", string folder]:
                TapOntoFullDisk(folder);
                return 0;
            default:
                return Copies(args);
        }
    }

    /// <summary>The bytes are in the source before, and fit into the sinks, so that none of these ever has to be waited for.</summary>
    private static void FanOut(string from, string[] kinds, string[] how)
    {
        byte[] all = Bytes.Random(200_000);
        string folder = Directory.CreateTempSubdirectory("zerocopy-").FullName;
        FanOutOptions options = new() { Counters = new TransferCounters() };
        TransferEndpoint source = Source(from, Path.Combine(folder, "source"), all, options.Counters);
        (TransferEndpoint Endpoint, Func<byte[]> Arrived)[] sinks =
            [.. kinds.Select((kind, i) => Destination(kind, Path.Combine(folder, $"{i}")))];
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

        if (how.Contains("tells-loops"))
        {
            Say($"loops {string.Join(' ', Loops())}");
        }

        FanOutResult result;
        using (new Scarcity(how))
        {
            result = FanOutOnce(source, [.. sinks.Select(sink => sink.Endpoint)], options, how);
        }

        Tell(result, all, sinks);
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>The threads that wait for descriptors, of which the kernel keeps fifteen letters of the name.</summary>
    private static IEnumerable<string> Loops() => Directory.GetDirectories("/proc/self/task")
        .Where(task => File.ReadAllText(Path.Combine(task, "comm")).StartsWith("ZeroCopy epoll", StringComparison.Ordinal))
        .Select(task => Path.GetFileName(task));

    private static FanOutResult FanOutOnce(TransferEndpoint source, TransferEndpoint[] sinks, FanOutOptions options, string[] how) =>
        how.Contains("async") ? Transfer.FanOutAsync(source, sinks, options).WaitAsync(_patience).GetAwaiter().GetResult()
            : Transfer.FanOut(source, sinks, options);

    /// <summary>Tells what became of the source and of each sink, in which every byte has to be accounted for.</summary>
    private static void Tell(FanOutResult result, byte[] all, (TransferEndpoint Endpoint, Func<byte[]> Arrived)[] sinks)
    {
        result.MustAccountFor(all);
        Say($"{result.SourceError} {(result.BytesRead == all.Length ? "all" : "not all")}");
        for (int i = 0; i < sinks.Length; i++)
        {
            SinkResult sink = result.Sinks[i];
            byte[] arrived = sink.BytesDelivered == 0 ? [] : sinks[i].Arrived();
            bool isExact = arrived.AsSpan().SequenceEqual(all.AsSpan(0, (int)sink.BytesDelivered));
            string error = sink.Error is ErrnoException failed ? $" {failed.Errno} {failed.Syscall}" : string.Empty;
            Say($"{sink.Path} {sink.FallbackErrno}{error} {(!isExact ? "not the same bytes" : sink.Error is null ? "exact" : "exact so far")}");
        }
    }

    /// <summary>The pool has a large pipe and a small one, which comes first.</summary>
    private static void FanOutWithPipesOfTwoSizes(string[] how)
    {
        byte[] all = Bytes.Random(200_000);
        FanOutOptions options = new() { Pool = new PipePool(), Counters = new TransferCounters() };
        TransferEndpoint source = Source("pipe", string.Empty, all, options.Counters);
        (TransferEndpoint Endpoint, Func<byte[]> Arrived)[] sinks = [Destination("socket", string.Empty), Destination("socket", string.Empty)];
        Pipe large = options.Pool.Rent();
        using (new Scarcity(["small-pipes"]))
        {
            Pipe small = options.Pool.Rent();
            Say($"{large.Capacity / Environment.SystemPageSize} and {small.Capacity / Environment.SystemPageSize} slots");
            options.Pool.Return(large);
            options.Pool.Return(small);
            Tell(FanOutOnce(source, [.. sinks.Select(sink => sink.Endpoint)], options, how), all, sinks);
        }

        options.Pool.Dispose();
    }

    /// <summary>One file on a disk that is nearly full, between two sockets.</summary>
    private static void FanOutOntoFullDisk(string from, string folder, string[] how)
    {
        byte[] all = Bytes.Random(200_000);
        string elsewhere = Directory.CreateTempSubdirectory("zerocopy-").FullName;
        File.WriteAllBytes(Path.Combine(folder, "filler"), new byte[900_000]);
        FanOutOptions options = new() { Counters = new TransferCounters() };
        TransferEndpoint source = Source(from, Path.Combine(elsewhere, "source"), all, options.Counters);
        (TransferEndpoint Endpoint, Func<byte[]> Arrived)[] sinks =
            [Destination("socket", string.Empty), Destination("file", Path.Combine(folder, "sink")), Destination("socket", string.Empty)];
        Tell(FanOutOnce(source, [.. sinks.Select(sink => sink.Endpoint)], options, how), all, sinks);
        Directory.Delete(elsewhere, recursive: true);
    }

    /// <summary>A relay whose tap finds its disk full.</summary>
    private static void TapOntoFullDisk(string folder)
    {
        byte[] all = Bytes.Random(200_000);
        File.WriteAllBytes(Path.Combine(folder, "filler"), new byte[900_000]);
        using SocketPair client = SocketPair.Tcp();
        using SocketPair server = SocketPair.Tcp();
        (TransferEndpoint tap, Func<byte[]> tapped) = Destination("file", Path.Combine(folder, "tap"));
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, new RelayOptions { TapAToB = tap });
        client.Far.SendBufferSize = 2 * all.Length;
        client.Far.Send(all);
        client.Far.Shutdown(SocketShutdown.Send);
        Say(server.Far.ReceiveToEnd().AsSpan().SequenceEqual(all) ? "exact" : "not the same bytes");
        server.Far.Dispose();
        RelayResult result = relay.WaitAsync(_patience).GetAwaiter().GetResult();
        SinkResult sink = result.AToB.Tap!;
        sink.MustAccountFor(all);
        Say($"{result.End} {result.AToB.Error} {result.BytesAToB} {sink.Error!.Errno} {(sink.Undelivered.Length > 0 ? "handed back" : "lost")}");
        Say(tapped().AsSpan().SequenceEqual(all.AsSpan(0, (int)sink.BytesDelivered)) ? "exact so far" : "not the same bytes");
    }
}
