using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using ZeroCopy.Benchmarks;

switch (args)
{
    case ["tee"]:
        return TeeComparison.Run();

    case ["calls", ..]:
        // In this process, since the generated projects of BenchmarkDotNet do not build under an artifacts folder.
        ManualConfig config = ManualConfig.Create(DefaultConfig.Instance)
            .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance))
            .AddDiagnoser(MemoryDiagnoser.Default);
        BenchmarkRunner.Run<CallBenchmarks>(config, args[1..]);
        return 0;

    default:
        Console.Error.WriteLine("calls [BenchmarkDotNet's options]   what a call costs over the bare one");
        Console.Error.WriteLine("tee                                 the tee sample beside other tees");
        return 2;
}
