using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using ZeroCopy.Benchmarks;

switch (args)
{
    case ["calls", ..]:
        // In this process, since the generated projects of BenchmarkDotNet do not build under an artifacts folder.
        ManualConfig config = ManualConfig.Create(DefaultConfig.Instance)
            .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance))
            .AddDiagnoser(MemoryDiagnoser.Default);
        BenchmarkRunner.Run<CallBenchmarks>(config, args[1..]);
        return 0;

    case ["tee", ..]:
        await TeeComparison.RunAsync(args[1..]);
        return 0;

    case ["pipes", ..]:
        await PipeComparison.RunAsync(args[1..]);
        return 0;

    case ["fan-outs", ..]:
        await FanOutComparison.RunAsync(args[1..]);
        return 0;

    case ["taps", ..]:
        await TapComparison.RunAsync(args[1..]);
        return 0;

    case ["relays", ..]:
        await RelayComparison.RunAsync(args[1..]);
        return 0;

    case ["files", ..]:
        await FileComparison.RunAsync(args[1..]);
        return 0;

    case ["idle-relays", ..]:
        await IdleRelays.RunAsync(args[1..]);
        return 0;

    case ["busy-relays", ..]:
        await BusyRelays.RunAsync(args[1..]);
        return 0;

    case ["redis", ..]:
        await RedisComparison.RunAsync(args[1..]);
        return 0;

    case ["allocations"]:
        return await AllocationCount.RunAsync();

    case ["relay", "copy", string listen, string to]:
        await CopyRelay.RunAsync(Loopback.Listen(listen), Loopback.At(to));
        return 0;

    case ["relay", "stream", string listen, string to]:
        await StreamRelay.RunAsync(Loopback.Listen(listen), Loopback.At(to));
        return 0;

    case ["file-to-socket", "sendfile" or "copy" or "stream", string path, string to]:
        await FileToSocket.RunAsync(args[1], path, Loopback.At(to));
        return 0;

    case ["socket-to-file", "copy" or "stream", string path, string listen]:
        await SocketToFile.RunAsync(args[1], path, Loopback.Listen(listen));
        return 0;

    case ["pipe-writer", "write" or "any-reader" or "copying-reader", "0" or "1", string kib, string mib]:
        PipeWriter.Run(
            args[1], refills: args[2] == "1", int.Parse(kib, CultureInfo.InvariantCulture) << 10, int.Parse(mib, CultureInfo.InvariantCulture));
        return 0;

    case ["pipe-reader", "read" or "fill", "0" or "1"]:
        PipeReader.Run(args[1], isAligned: args[2] == "1");
        return 0;

    case ["fan-out", "fanout" or "stream", string bytes, string listen, string targets]:
        await FanOut.RunAsync(args[1], int.Parse(bytes, CultureInfo.InvariantCulture), Loopback.Listen(listen), [.. targets.Split(',').Select(Loopback.At)]);
        return 0;

    default:
        Console.Error.WriteLine(
            """
            calls [BenchmarkDotNet's options]                   what a call costs over the bare one
            tee [--rounds 9]                                    the tee sample beside other tees
            pipes [--rounds 9] [--mib 8192]                     writers to a pipe side by side
            fan-outs [--rounds 9] [--mib 1024] [--sinks 8]      from one socket to several, side by side
            taps [--rounds 9] [--mib 1024]                      the relay sample without and with a tap
            relays [--rounds 9] [--mib 4096] [--count 20000]    TCP relays side by side: bulk, then round trips
            files [--rounds 9] [--mib 2048]                     files to and from sockets, side by side
            allocations                                         what a copy allocates for each message
            idle-relays [--relays 9500]                         what relays cost that wait
            redis [--rounds 9] [--requests 100000]              redis-benchmark through relays
            busy-relays [--rounds 9] [--relays 1000]            whether messages feel a bulk transfer beside them

            What these run in processes of their own (LISTEN is 0 for any port, which is told):
            relay copy|stream LISTEN TO
            file-to-socket sendfile|copy|stream FILE TO
            socket-to-file copy|stream FILE LISTEN
            pipe-writer write|any-reader|copying-reader REFILLS BLOCK_KIB MIB
            pipe-reader read|fill ALIGNED
            fan-out fanout|stream BUFFER_BYTES LISTEN TO,TO...
            """);
        return 2;
}
