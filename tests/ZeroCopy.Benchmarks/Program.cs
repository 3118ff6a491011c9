using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using ZeroCopy.Benchmarks;

const string DefaultBuffer = "81920"; // That of Stream.CopyToAsync.

switch (args)
{
    case ["calls", ..]:
        // In this process, since the generated projects of BenchmarkDotNet do not build under an artifacts folder.
        ManualConfig config = ManualConfig.Create(DefaultConfig.Instance)
            .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance))
            .AddDiagnoser(MemoryDiagnoser.Default);
        BenchmarkRunner.Run([typeof(CallBenchmarks), typeof(ReadinessBenchmarks), typeof(PoolBenchmarks)], config, args[1..]);
        return 0;

    case ["peers", ..]:
        await Comparisons.RunAsync(args[1..]);
        return 0;

    case ["allocations"]:
        return await AllocationCount.RunAsync();

    case ["relay", "splice" or "copy" or "stream" or "large-stream" or "pipelines", string listen, string to, ..]:
        await new RelayProgram(args[1], Loopback.At(to), Number(args.ElementAtOrDefault(4) ?? "0")).RunAsync(Loopback.Listen(listen));
        return 0;

    case ["file-to-socket", "sendfile" or "copy" or "stream" or "pipelines", string path, string to, ..]:
        await FileToSocket.RunAsync(args[1], path, Loopback.At(to), BufferSize(4));
        return 0;

    case ["socket-to-file", "copy" or "stream" or "pipelines", string path, string listen, ..]:
        await SocketToFile.RunAsync(args[1], path, Loopback.Listen(listen), BufferSize(4));
        return 0;

    case ["file-to-file", "copy" or "stream" or "file-copy", string path, string copy, ..]:
        await FileToFile.RunAsync(args[1], path, copy, BufferSize(4));
        return 0;

    case ["pass-on", "copy" or "stream"]:
        PassOn.Run(args[1]);
        return 0;

    case ["pipe-writer", "write" or "any-reader" or "copying-reader", "0" or "1", string kib, string mib]:
        PipeWriterProgram.Run(args[1], refills: args[2] == "1", Number(kib) << 10, Number(mib));
        return 0;

    case ["pipe-reader", "read" or "fill", "0" or "1"]:
        PipeReaderProgram.Run(args[1], isAligned: args[2] == "1");
        return 0;

    case ["fan-out", "fanout" or "stream", string bytes, string listen, string targets]:
        await FanOut.RunAsync(args[1], Number(bytes), Loopback.Listen(listen), [.. targets.Split(',').Select(Loopback.At)]);
        return 0;

    default:
        Console.Error.WriteLine(
            $"""
            calls [BenchmarkDotNet's options]                 what a call costs over the bare one
            peers [PART...] [--rounds 9] [--percent 100]      everything side by side, into the folder Results; the parts, the last ones only by name:
            {Comparisons.Parts}
            allocations                                       what a copy allocates for each message

            What these run in processes of their own (LISTEN is 0 for any port, which is told):
            relay splice|copy|stream|large-stream|pipelines LISTEN TO [PIPE_BYTES]
            file-to-socket sendfile|copy|stream|pipelines FILE TO [BUFFER_BYTES]
            socket-to-file copy|stream|pipelines FILE LISTEN [BUFFER_BYTES]
            file-to-file copy|stream|file-copy FILE COPY [BUFFER_BYTES]
            pass-on copy|stream
            pipe-writer write|any-reader|copying-reader REFILLS BLOCK_KIB MIB
            pipe-reader read|fill ALIGNED
            fan-out fanout|stream BUFFER_BYTES LISTEN TO,TO...
            """);
        return 2;
}

int BufferSize(int index) => Number(args.Length > index ? args[index] : DefaultBuffer);

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
