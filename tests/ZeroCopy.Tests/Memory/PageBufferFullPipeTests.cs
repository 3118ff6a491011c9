namespace ZeroCopy.Tests.Memory;

/// <summary>A pipe that has no room for the whole buffer, or for nothing of it.</summary>
public sealed class PageBufferFullPipeTests : PageBufferTest
{
    [Theory]
    [InlineData(false, SpliceFlags.None)]
    [InlineData(false, SpliceFlags.NonBlock)]
    [InlineData(true, SpliceFlags.None)]
    [InlineData(true, SpliceFlags.NonBlock)]
    public void MapInto_PipeOfOnePage_ReturnsWhatFitsAndTheRestIsMappedAfterARead(bool nonBlocking, SpliceFlags flags)
    {
        // Only the first part ends within a page; then each goes up to the end of one.
        byte[] bytes = Bytes.Random((5 * PageSize) + 100);
        PageBuffer buffer = BufferOf(bytes);
        Pipe pipe = NewPipe(PageSize, nonBlocking);
        int[] parts = [7, PageSize - 7, PageSize, PageSize, PageSize, PageSize, 100];
        InTime(() => buffer.MapInto(pipe.WriteHandle, parts[0], flags)).Should().Be(parts[0]);
        List<byte> read = [.. ReadExactly(pipe, parts[0])];
        foreach (int part in parts[1..])
        {
            buffer.Span.ToArray().MustBe(bytes.AsSpan(read.Count));
            InTime(() => buffer.MapInto(pipe.WriteHandle, flags)).Should().Be(part);
            read.AddRange(ReadExactly(pipe, part));
        }

        read.ToArray().MustBe(bytes);
        buffer.BytesMapped.Should().Be(bytes.Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(77)]
    public void MapInto_MoreThanAMebibytePipe_ReturnsWhatFitsAndTheRestIsMappedAfterARead(int before)
    {
        byte[] bytes = Bytes.Random((2 << 20) + 1234);
        PageBuffer buffer = BufferOf(bytes);
        Pipe pipe = NewPipe(1 << 20);
        buffer.MapInto(pipe.WriteHandle, before).Should().Be(before);
        List<byte> read = [.. ReadExactly(pipe, before)];
        while (read.Count < bytes.Length)
        {
            int count = (int)InTime(() => buffer.MapInto(pipe.WriteHandle));
            count.Should().Be(Math.Min(pipe.Capacity - (read.Count % PageSize), bytes.Length - read.Count));
            if (buffer.BytesMapped < bytes.Length)
            {
                // What is left is written anew while the pipe is full of what is not.
                buffer.Span.Fill(0xEE);
                bytes.AsSpan(buffer.BytesMapped).CopyTo(buffer.Span);
            }

            read.AddRange(ReadExactly(pipe, count));
        }

        read.ToArray().MustBe(bytes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void MapInto_FullPipeNonBlock_EagainAndNothingIsLost(bool nonBlocking)
    {
        byte[] bytes = Bytes.Random(PageSize);
        PageBuffer buffer = BufferOf(bytes);
        Pipe pipe = NewPipe(nonBlocking: nonBlocking).Full();
        new MapIntoCall(buffer, pipe.WriteHandle, PageSize, SpliceFlags.NonBlock).MustFail(Errno.EAGAIN);
        buffer.BytesMapped.Should().Be(0);
        pipe.Read(pipe.Capacity);
        buffer.MapInto(pipe.WriteHandle, SpliceFlags.NonBlock).Should().Be(PageSize);
        ReadExactly(pipe, PageSize).MustBe(bytes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task MapInto_FullPipe_WaitsUntilSomebodyReads(bool nonBlocking)
    {
        byte[] bytes = Bytes.Random(2 * PageSize);
        PageBuffer buffer = BufferOf(bytes);
        Pipe pipe = NewPipe(nonBlocking: nonBlocking).Full();
        Task<long> mapping = OnItsOwnThread(() => buffer.MapInto(pipe.WriteHandle));
        MustWait(mapping);
        pipe.Read(PageSize);
        (await mapping.WaitAsync(Patience)).Should().Be(PageSize);
        pipe.Read(pipe.Capacity - PageSize);
        buffer.MapInto(pipe.WriteHandle);
        ReadExactly(pipe, bytes.Length).MustBe(bytes);
    }

    [Fact]
    public async Task MapInto_ReaderGoesWhileItWaits_EpipeAndNothingIsLost()
    {
        byte[] bytes = Bytes.Random(100);
        PageBuffer buffer = BufferOf(bytes);
        Pipe pipe = NewPipe().Full();
        Task<Errno> mapping = OnItsOwnThread(() => buffer.TryMapInto(pipe.WriteHandle, 100, SpliceFlags.None, out _));
        MustWait(mapping);
        pipe.ReadHandle.Dispose();
        (await mapping.WaitAsync(Patience)).Should().Be(Errno.EPIPE);
        buffer.Span.ToArray().MustBe(bytes);
    }

    [Fact]
    public async Task MapInto_WaitingByFdReadiness_AllArrives()
    {
        byte[] bytes = Bytes.Random(1_000_003);
        PageBuffer buffer = BufferOf(bytes);
        Pipe pipe = NewPipe(nonBlocking: true);
        Task<byte[]> reading = OnItsOwnThread(() => ReadAsTheyCome(pipe, bytes.Length));
        while (buffer.BytesMapped < bytes.Length)
        {
            if (buffer.TryMapInto(pipe.WriteHandle, bytes.Length - buffer.BytesMapped, SpliceFlags.NonBlock, out _) == Errno.EAGAIN)
            {
                await FdReadiness.WaitWritableAsync(pipe.WriteHandle).AsTask().WaitAsync(Patience);
            }
        }

        (await reading.WaitAsync(Patience)).MustBe(bytes);
    }

    private static void MustWait(Task mapping) => mapping.Wait(TimeSpan.FromMilliseconds(50)).Should().BeFalse("the pipe is full");

    private static byte[] ReadAsTheyCome(Pipe pipe, int count)
    {
        byte[] bytes = new byte[count];
        for (int read = 0; read < count;)
        {
            FdReadiness.WaitReadableAsync(pipe.ReadHandle).AsTask().Wait(Patience).Should().BeTrue();
            byte[] more = pipe.Read(10_000);
            more.CopyTo(bytes, read);
            read += more.Length;
        }

        return bytes;
    }
}
