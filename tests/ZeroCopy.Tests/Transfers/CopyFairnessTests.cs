using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>Copies that never have to wait, and copies that wait for something that never comes, leave room for others.</summary>
public sealed class CopyFairnessTests : CopyTest
{
    [Fact]
    public async Task CopyAsync_CopiesThatNeverWait_OtherWorkRunsSoonAndTheyCanBeCancelled()
    {
        using CancellationTokenSource cancellation = new();
        List<TransferCounters> counters = [];
        List<Task<CopyResult>> copies = [];
        for (int i = 0; i < Math.Max(2, Environment.ProcessorCount); i++)
        {
            counters.Add(new());
            copies.Add(Endless(counters[i], cancellation.Token));
        }

        Eventually(() => counters.TrueForAll(counter => counter.BytesWritten > 0), "all are under way");

        // Whoever else is busy on the machine may make one or two late; threads that are held make all.
        Enumerable.Range(0, 20).Count(_ => RunsSoon()).Should().BeGreaterThanOrEqualTo(15, "the thread pool is for all");

        long[] before = [.. counters.Select(counter => counter.BytesWritten)];
        Eventually(() => counters.Zip(before).All(pair => pair.First.BytesWritten > pair.Second), "they go on, each of them");
        await cancellation.CancelAsync();
        foreach (Task<CopyResult> copy in copies)
        {
            await MustBeCanceled(copy, cancellation.Token);
        }
    }

    /// <summary>
    /// A file of the kernel's that waits for messages, which each reader takes from the others: they may all be called, and only the fastest gets
    /// something. The others keep their threads until there is more.
    /// </summary>
    [SkippableFact]
    public async Task CopyAsync_CopiesWaitForTheKernelsMessages_AnotherFileIsCopiedInTime()
    {
        Skip.IfNot(Shell.Line("exec 3< /proc/kmsg 4> /dev/kmsg").ExitCode == 0, "the kernel's messages are not to be read here");
        using CancellationTokenSource cancellation = new();
        List<Task<CopyResult>> parked = [];
        SafeFileHandle sink = Own(Native.Open("/dev/null", Native.O_WRONLY));
        for (int i = 0; i < Math.Max(2, Environment.ProcessorCount); i++)
        {
            parked.Add(Transfer.CopyAsync(Own(Native.Open("/proc/kmsg", Native.O_RDONLY)), sink, null, cancellation.Token).AsTask());
        }

        MustRest(Task.WhenAny(parked));
        byte[] bytes = Bytes.Random(100_000);
        SafeFileHandle destination = FileOf([]);
        Stopwatch watch = Stopwatch.StartNew();
        Copy(isAsync: true, FileOf(bytes), destination).BytesCopied.Should().Be(bytes.Length);
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(5));
        ContentOf(destination).MustBe(bytes);

        await cancellation.CancelAsync();
        MustEndOnMessages(parked);
        parked.Should().OnlyContain(copy => copy.IsCanceled);
    }

    private static bool RunsSoon()
    {
        ManualResetEventSlim ran = new();
        ThreadPool.UnsafeQueueUserWorkItem(static ran => ran.Set(), ran, preferLocal: false);
        return ran.Wait(TimeSpan.FromSeconds(1));
    }

    /// <summary>One reader gets each message, and sees then that it is cancelled.</summary>
    private static void MustEndOnMessages(List<Task<CopyResult>> copies)
    {
        WaitHandle over = ((IAsyncResult)Task.WhenAll(copies)).AsyncWaitHandle;
        using SafeFileHandle messages = Native.Open("/dev/kmsg", Native.O_WRONLY);
        for (int i = 0; i < 2 * copies.Count && !over.WaitOne(TimeSpan.FromSeconds(1)); i++)
        {
            Native.Write(messages, "A test of ZeroCopy wakes a reader.\n"u8);
        }
    }

    private Task<CopyResult> Endless(TransferCounters counters, CancellationToken token) =>
        Transfer.CopyAsync(
            Own(Native.Open("/dev/zero", Native.O_RDONLY)), Own(Native.Open("/dev/null", Native.O_WRONLY)), new() { Counters = counters }, token).AsTask();
}
