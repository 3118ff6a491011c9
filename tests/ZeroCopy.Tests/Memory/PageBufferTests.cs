namespace ZeroCopy.Tests.Memory;

/// <summary>What is written to a buffer comes out of the pipe.</summary>
public sealed class PageBufferTests : PageBufferTest
{
    public static TheoryData<int> Lengths { get; } = [1, 100, PageSize - 1, PageSize, PageSize + 1, (3 * PageSize) + 7, 16 * PageSize];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void New_AnyLength_ZeroesFromTheStartOfAPageOn(int length)
    {
        PageBuffer buffer = Own(new PageBuffer(length));
        buffer.Length.Should().Be(length);
        buffer.BytesMapped.Should().Be(0);
        buffer.HasHugePages.Should().BeFalse();
        buffer.Memory.Length.Should().Be(length);
        buffer.Span.ToArray().MustBe(new byte[length]);
        (AddressOf(buffer.Memory) % PageSize).Should().Be(0);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void MapInto_Whole_IsReadBack(int length)
    {
        byte[] bytes = Bytes.Random(length);
        PageBuffer buffer = BufferOf(bytes);
        Pipe pipe = NewPipe();
        buffer.MapInto(pipe.WriteHandle).Should().Be(length);
        buffer.BytesMapped.Should().Be(length);
        pipe.BytesAvailable.Should().Be(length);
        ReadExactly(pipe, length).MustBe(bytes);
    }

    [Fact]
    public void TryMapInto_Whole_IsReadBack()
    {
        byte[] bytes = Bytes.Random(PageSize + 10);
        PageBuffer buffer = BufferOf(bytes);
        Pipe pipe = NewPipe();
        buffer.TryMapInto(pipe.WriteHandle, bytes.Length, SpliceFlags.NonBlock, out long mapped).Should().Be(Errno.None);
        mapped.Should().Be(bytes.Length);
        ReadExactly(pipe, bytes.Length).MustBe(bytes);
    }

    [Fact]
    public void MapInto_WrittenThroughMemory_IsReadBack()
    {
        byte[] bytes = Bytes.Random(PageSize);
        PageBuffer buffer = Own(new PageBuffer(PageSize));
        bytes.CopyTo(buffer.Memory);
        Pipe pipe = NewPipe();
        buffer.MapInto(pipe.WriteHandle);
        ReadExactly(pipe, PageSize).MustBe(bytes);
    }

    [Fact]
    public void MapInto_NeverWrittenTo_Zeroes()
    {
        PageBuffer buffer = Own(new PageBuffer(2 * PageSize));
        Pipe pipe = NewPipe();
        buffer.MapInto(pipe.WriteHandle, PageSize);
        buffer.Span.Fill((byte)'x');
        buffer.MapInto(pipe.WriteHandle);
        ReadExactly(pipe, PageSize).MustBe(new byte[PageSize]);
        ReadExactly(pipe, PageSize).Should().AllBeEquivalentTo((byte)'x');
    }

    [Fact]
    public void MapInto_CountZero_ZeroAndAllStays()
    {
        byte[] bytes = Bytes.Random(10);
        PageBuffer buffer = BufferOf(bytes);
        Pipe pipe = NewPipe();
        new MapIntoCall(buffer, pipe.WriteHandle, 0).MustReturnZero();
        buffer.BytesMapped.Should().Be(0);
        buffer.MapInto(pipe.WriteHandle).Should().Be(10);
        ReadExactly(pipe, 10).MustBe(bytes);
    }

    [Fact]
    public void MapInto_BehindOtherBytes_InTheirOrder()
    {
        Pipe pipe = PipeOf("before ");
        BufferOf("mapped "u8).MapInto(pipe.WriteHandle);
        pipe.Write("after");
        pipe.ReadText().Should().Be("before mapped after");
    }
}
