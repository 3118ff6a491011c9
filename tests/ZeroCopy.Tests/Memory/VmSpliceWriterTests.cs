using System.Buffers;
using System.Text.Json;

namespace ZeroCopy.Tests.Memory;

public sealed class VmSpliceWriterTests : VmSpliceWriterTest
{
    [Theory]
    [MemberData(nameof(Modes))]
    public void Flush_LessThanIsWorthMapping_IsCopied(VmSpliceMode mode)
    {
        Pipe pipe = NewPipe();
        VmSpliceWriter writer = NewWriter(pipe, mode);
        Write(writer, 0, Mapped - 1);
        writer.UnflushedBytes.Should().Be(Mapped - 1);
        pipe.BytesAvailable.Should().Be(0, "nothing goes before a flush");
        writer.Flush();
        writer.UnflushedBytes.Should().Be(0);
        pipe.Read().MustBe(PlacedBytes.Of(Mapped - 1));
        (writer.BytesMapped, writer.BytesCopied).Should().Be((0, Mapped - 1));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Flush_SmallOnesAndLargeOnes_InTheirOrder(VmSpliceMode mode)
    {
        Pipe pipe = NewPipe(OneMiB);
        VmSpliceWriter writer = NewWriter(pipe, mode);
        int place = 0;
        foreach (int count in (int[])[1, Mapped, 1, 5, 100_000, 16_383, 16_385, 4096, 200_001, 3])
        {
            Write(writer, place, count);
            writer.Flush();
            place += count;
        }

        pipe.Read().MustBe(PlacedBytes.Of(place));
        (writer.BytesMapped + writer.BytesCopied).Should().Be(place);
        writer.BytesCopied.Should().BeGreaterThan(0);
        MustMap(writer, atLeast: 3 * Mapped);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Flush_ManyMiB_AllArrive(VmSpliceMode mode)
    {
        Pipe pipe = NewPipe();
        VmSpliceWriter writer = NewWriter(pipe, mode);
        Task reading = MustReadPlaced(pipe.ReadHandle, 100L * OneMiB);
        for (long place = 0; place < 100L * OneMiB; place += 5 * 200_000)
        {
            for (int i = 0; i < 5 && place + (i * 200_000) < 100L * OneMiB; i++)
            {
                Write(writer, place + (i * 200_000), (int)Math.Min(200_000, (100L * OneMiB) - place - (i * 200_000)));
            }

            await Flushing(writer, isAsync: false).WaitAsync(Patience);
        }

        pipe.WriteHandle.Dispose();
        await reading.WaitAsync(Patience);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void GetSpanAndGetMemory_AnyHint_AtLeastAsMuchAndInOrder(VmSpliceMode mode)
    {
        Pipe pipe = NewPipe();
        VmSpliceWriter writer = NewWriter(pipe, mode);
        foreach (int hint in (int[])[0, 1, 4096, 300_000, 3_000_000, VmSpliceWriter.MaxUnflushedBytes])
        {
            writer.GetSpan(hint).Length.Should().BeGreaterThanOrEqualTo(Math.Max(hint, 1));
            writer.GetMemory(hint).Length.Should().BeGreaterThanOrEqualTo(Math.Max(hint, 1));
        }

        writer.GetMemory(1).Span[0] = (byte)'a';
        writer.Advance(1);
        writer.GetSpan(1)[0] = (byte)'b';
        writer.Advance(1);
        writer.Advance(0);
        writer.Flush();
        pipe.ReadText().Should().Be("ab");
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task GetSpan_NoRoom_RefusedAndNothingIsLost(VmSpliceMode mode)
    {
        Pipe pipe = NewPipe();
        VmSpliceWriter writer = NewWriter(pipe, mode);
        int written = 0;
        Action writeOn = () =>
        {
            while (true)
            {
                Write(writer, written, OneMiB);
                written += OneMiB;
            }
        };
        writeOn.Should().Throw<InvalidOperationException>().WithMessage($"{written} bytes are unflushed, and there is no room for * more. Flush first.");
        written.Should().BeGreaterThanOrEqualTo(VmSpliceWriter.MaxUnflushedBytes).And.Be(writer.UnflushedBytes);
        Task reading = MustReadPlaced(pipe.ReadHandle, written + 5);
        await Flushing(writer, isAsync: true).WaitAsync(Patience);
        Write(writer, written, 5);
        writer.Flush();
        pipe.WriteHandle.Dispose();
        await reading.WaitAsync(Patience);
    }

    [Fact]
    public void BufferWriter_OfOthers_WriteTheirBytes()
    {
        Pipe pipe = NewPipe();
        VmSpliceWriter writer = NewWriter(pipe, VmSpliceMode.AnyReader);
        writer.Write("one "u8);
        using (Utf8JsonWriter json = new(writer))
        {
            JsonSerializer.Serialize(json, Enumerable.Range(0, 3));
        }

        writer.Flush();
        pipe.ReadText().Should().Be("one [0,1,2]");
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Fifo_BetweenTwoOpenings_IsWrittenTo(VmSpliceMode mode)
    {
        string path = Native.Fifo(PathOf("fifo"));
        using Microsoft.Win32.SafeHandles.SafeFileHandle both = Native.Open(path, Native.O_RDWR);
        using Microsoft.Win32.SafeHandles.SafeFileHandle end = Native.Open(path, Native.O_WRONLY);
        using VmSpliceWriter writer = new(end, mode);
        Write(writer, 0, 50_000);
        writer.Flush();
        byte[] bytes = new byte[50_000];
        Native.Read(both, bytes).Should().Be(50_000);
        bytes.MustBe(PlacedBytes.Of(50_000));
    }
}
