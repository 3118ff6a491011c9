namespace ZeroCopy.Tests.Memory;

/// <summary>In mode CopyingReader pages are written to again: right for readers that copy, and for them alone.</summary>
public sealed class VmSpliceWriterReuseTests : VmSpliceWriterTest
{
    private const int BlockSize = 100_000;

    /// <summary>The pipe's capacity, and that which the reader gives it in the middle, or 0.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(64 * 1024, 0)]
    [InlineData(OneMiB, 0)]
    [InlineData(1, OneMiB)]
    [InlineData(OneMiB, 64 * 1024)]
    public async Task Flush_ReaderCopies_EveryByteIsRight(int capacity, int changed)
    {
        const long Total = 96L * OneMiB;
        Pipe pipe = NewPipe(capacity);
        VmSpliceWriter writer = NewWriter(pipe, VmSpliceMode.CopyingReader);
        Task reading = MustReadPlaced(pipe.ReadHandle, Total, portion: 50_000);
        await InBackground(() =>
        {
            for (long place = 0; place < Total; place += BlockSize)
            {
                Write(writer, place, (int)Math.Min(BlockSize, Total - place));
                writer.Flush();
                if (changed > 0 && place > Total / 3 && pipe.Capacity != changed)
                {
                    TryChange(pipe, changed);
                }
            }
        }).WaitAsync(Patience);
        (writer.BytesMapped, writer.BytesCopied, writer.IsCopying).Should().Be((Total, 0, false));
        pipe.WriteHandle.Dispose();
        await reading.WaitAsync(Patience);
    }

    /// <summary>
    /// The writer thinks that after four pipes of a page all is read. Then the reader makes the pipe large, and reads nothing: what is in it must stay, however
    /// soon its pages would be written to again.
    /// </summary>
    [Fact]
    public void Flush_ReaderMakesThePipeLargeAndReadsLate_WhatItHasNotReadStays()
    {
        Pipe pipe = NewPipe(capacity: 1);
        VmSpliceWriter writer = NewWriter(pipe, VmSpliceMode.CopyingReader);
        pipe.Capacity = OneMiB;
        for (int round = 0; round < 50; round++)
        {
            long start = (long)round * OneMiB;
            for (int place = 0; place < OneMiB; place += OneMiB / 8)
            {
                Write(writer, start + place, OneMiB / 8);
                writer.Flush();
            }

            writer.GetSpan(OneMiB)[..OneMiB].Fill(0xff);
            pipe.Read().MustBe(PlacedBytes.Of(OneMiB, start));
        }
    }

    /// <summary>Why the mode is not the default: this is not a promise, it is what happens on kernels that share pages. Each block is the one or the other.</summary>
    [Fact]
    public void Flush_ReaderSplicesOnAndReadsLate_BytesAreAsTheyWereWrittenOrAsTheyWereWrittenLater()
    {
        Pipe pipe = NewPipe();
        Pipe late = NewPipe();
        int capacity = pipe.Capacity;
        VmSpliceWriter writer = NewWriter(pipe, VmSpliceMode.CopyingReader);
        writer.GetSpan(capacity)[..capacity].Fill((byte)'a');
        writer.Advance(capacity);
        writer.Flush();
        Splice.Move(pipe.ReadHandle, late.WriteHandle, capacity).Should().Be(capacity);
        for (int i = 0; i < 16 * OneMiB / capacity; i++)
        {
            writer.GetSpan(capacity)[..capacity].Fill((byte)'b');
            writer.Advance(capacity);
            writer.Flush();
            pipe.Read().Should().OnlyContain(value => value == 'b');
        }

        byte[] bytes = late.Read();
        bytes.Should().HaveCount(capacity);
        bytes.Chunk(Environment.SystemPageSize).Should().AllSatisfy(page => page.Distinct().Should().HaveCount(1).And.OnlyContain(value => value == 'a' || value == 'b'));
    }

    /// <summary>The pipe may hold more than it would have room for: then another time.</summary>
    private static void TryChange(Pipe pipe, int capacity)
    {
        try
        {
            pipe.Capacity = capacity;
        }
        catch (ErrnoException e) when (e.Errno == Errno.EBUSY)
        {
            // The reader is behind.
        }
    }
}
