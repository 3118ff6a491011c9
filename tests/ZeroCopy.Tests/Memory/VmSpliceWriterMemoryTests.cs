using System.Globalization;

namespace ZeroCopy.Tests.Memory;

/// <summary>What writers take: no managed memory for a flush, and of the other kind no more than there is unflushed.</summary>
public sealed class VmSpliceWriterMemoryTests : VmSpliceWriterTest
{
    private const int Most = 64 * OneMiB;

    private static long ResidentBytes =>
        long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;

    [Theory]
    [InlineData(VmSpliceMode.AnyReader, 100)]
    [InlineData(VmSpliceMode.AnyReader, 3 * Mapped)]
    [InlineData(VmSpliceMode.CopyingReader, 100)]
    [InlineData(VmSpliceMode.CopyingReader, 3 * Mapped)]
    public void Flush_Often_AllocatesNothing(VmSpliceMode mode, int count)
    {
        Pipe pipe = NewPipe(OneMiB);
        VmSpliceWriter writer = NewWriter(pipe, mode);
        byte[] buffer = new byte[OneMiB];
        FlushAndRead(writer, pipe, buffer, count, times: 500);
        long before = GC.GetAllocatedBytesForCurrentThread();
        FlushAndRead(writer, pipe, buffer, count, times: 10_000);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    [Theory]
    [InlineData(VmSpliceMode.AnyReader, 100)]
    [InlineData(VmSpliceMode.CopyingReader, 3 * Mapped)]
    public async Task FlushAsync_ThatWaits_AllocatesNextToNothing(VmSpliceMode mode, int count)
    {
        Pipe pipe = NewPipe(capacity: 1);
        VmSpliceWriter writer = NewWriter(pipe, mode);
        using CancellationTokenSource source = new();
        Task reading = InBackground(() =>
        {
            byte[] buffer = new byte[Environment.SystemPageSize];
            while (Native.Read(pipe.ReadHandle, buffer) > 0)
            {
                // Taken, that is all.
            }
        });
        await Task.Run(() => FlushOftenAsync(writer, count, times: 200));
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await Task.Run(() => FlushOftenAsync(writer, count, times: 2000));

        // An object of some 200 bytes for each would be a failure; one now and then is where a pool of the runtime was empty.
        ((GC.GetTotalAllocatedBytes(precise: true) - before) / 2000).Should().BeLessThan(150);
        pipe.WriteHandle.Dispose();
        await reading.WaitAsync(Patience);
    }

    [Theory]
    [MemberData(nameof(ModesAndFlushes))]
    public async Task StuckReader_WriterThatGoesOn_IsRefusedBeforeItTakesMuch(VmSpliceMode mode, bool isAsync)
    {
        Pipe pipe = NewPipe();
        VmSpliceWriter writer = NewWriter(pipe, mode);
        long before = ResidentBytes;
        int written = 0;
        Action writeOn = () =>
        {
            while (true)
            {
                Write(writer, written, OneMiB);
                written += OneMiB;
                using CancellationTokenSource source = new();
                Task flushing = Flushing(writer, isAsync: true, source.Token);
                source.Cancel();
                flushing.Invoking(task => task.Wait(Patience)).Should().Throw<AggregateException>().WithInnerException<OperationCanceledException>();
            }
        };
        InTime(() => writeOn.Should().Throw<InvalidOperationException>().Which);
        written.Should().BeGreaterThanOrEqualTo(VmSpliceWriter.MaxUnflushedBytes);
        (ResidentBytes - before).Should().BeLessThan(Most);
        Task reading = MustReadPlaced(pipe.ReadHandle, written);
        await Flushing(writer, isAsync).WaitAsync(Patience);
        pipe.WriteHandle.Dispose();
        await reading.WaitAsync(Patience);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Writers_OneAfterTheOther_LeaveNothing(VmSpliceMode mode)
    {
        Pipe pipe = NewPipe();
        UseWriters(pipe, mode, 500);
        (int mappings, long resident) = (Mappings(), ResidentBytes);
        UseWriters(pipe, mode, Shell.IsContinuousIntegration ? 10_000 : 2000);
        Mappings().Should().BeLessThan(mappings + 50);
        (ResidentBytes - resident).Should().BeLessThan(Most);
    }

    private static int Mappings() => File.ReadLines("/proc/self/maps").Count();

    private static void UseWriters(Pipe pipe, VmSpliceMode mode, int count)
    {
        byte[] buffer = new byte[2 * Mapped];
        for (int i = 0; i < count; i++)
        {
            using (VmSpliceWriter writer = new(pipe.WriteHandle, mode))
            {
                Write(writer, i, Mapped);
            }

            Native.Read(pipe.ReadHandle, buffer).Should().Be(Mapped);
            new ReadOnlySpan<byte>(buffer, 0, Mapped).MustBePlaced(i);
            if (i % 100 == 0)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
    }

    private static void FlushAndRead(VmSpliceWriter writer, Pipe pipe, byte[] buffer, int count, int times)
    {
        for (int i = 0; i < times; i++)
        {
            writer.GetSpan(count)[..count].Fill((byte)i);
            writer.Advance(count);
            writer.Flush();
            if (Native.Read(pipe.ReadHandle, buffer) != count || buffer[count - 1] != (byte)i)
            {
                throw new InvalidOperationException("what was flushed did not arrive");
            }
        }
    }

    private static async Task FlushOftenAsync(VmSpliceWriter writer, int count, int times)
    {
        for (int i = 0; i < times; i++)
        {
            writer.GetSpan(count);
            writer.Advance(count);
            await writer.FlushAsync();
        }
    }
}
