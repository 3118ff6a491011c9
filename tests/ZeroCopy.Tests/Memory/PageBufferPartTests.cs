namespace ZeroCopy.Tests.Memory;

/// <summary>A buffer that is handed over in parts: those stay as they were, and what is left may still be written to.</summary>
public sealed class PageBufferPartTests : PageBufferTest
{
    [Fact]
    public void MapInto_Part_TheRestStaysAndMayBeWrittenTo()
    {
        PageBuffer buffer = BufferOf("hello world"u8);
        Pipe pipe = NewPipe();
        buffer.MapInto(pipe.WriteHandle, 6).Should().Be(6);
        buffer.BytesMapped.Should().Be(6);
        buffer.Length.Should().Be(11);
        buffer.Span.SequenceEqual("world"u8).Should().BeTrue();
        buffer.Memory.Span.SequenceEqual("world"u8).Should().BeTrue();
        "there"u8.CopyTo(buffer.Span);
        pipe.BytesAvailable.Should().Be(6);
        buffer.MapInto(pipe.WriteHandle).Should().Be(5);
        pipe.ReadText().Should().Be("hello there");
    }

    /// <summary>Whether a part ends at a page, before it or behind it, and in the same page as the one before.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(100, 0)]
    [InlineData(0, 1)]
    [InlineData(-1, 1)]
    [InlineData(1, 1)]
    [InlineData(0, 2)]
    [InlineData(-7, 3)]
    [InlineData(5, 5)]
    public void MapInto_InSteps_EachPartIsAsItWasAndTheRestAsItIs(int bytes, int pages)
    {
        int step = (pages * PageSize) + bytes;
        int length = Math.Min(150 * step, (12 * PageSize) + 33);
        PageBuffer buffer = Own(new PageBuffer(length));
        Memory<byte> all = buffer.Memory;
        Pipe pipe = NewPipe(1 << 20);
        List<byte> expected = [];
        Random random = new(step);
        while (buffer.BytesMapped < length)
        {
            // All of it, which must not show in what was handed over; and then what is left, which must.
            random.NextBytes(all.Span);
            byte[] rest = new byte[length - buffer.BytesMapped];
            random.NextBytes(rest);
            rest.CopyTo(buffer.Span);
            int count = Math.Min(step, rest.Length);
            buffer.MapInto(pipe.WriteHandle, count).Should().Be(count);
            expected.AddRange(rest[..count]);
            if (count < rest.Length)
            {
                buffer.Span.ToArray().MustBe(rest.AsSpan(count), "what was not handed over stays");
            }
        }

        ReadExactly(pipe, length).MustBe(expected.ToArray());
    }

    [Fact]
    public void MapInto_RestIntoAnotherPipe_EachHasItsPart()
    {
        byte[] bytes = Bytes.Random((3 * PageSize) + 10);
        int first = PageSize + 100;
        PageBuffer buffer = BufferOf(bytes);
        Pipe one = NewPipe();
        Pipe other = NewPipe();
        buffer.MapInto(one.WriteHandle, first);
        buffer.MapInto(other.WriteHandle, PageSize);
        buffer.MapInto(one.WriteHandle);
        ReadExactly(other, PageSize).MustBe(bytes.AsSpan(first, PageSize));
        ReadExactly(one, bytes.Length - PageSize).MustBe([.. bytes[..first], .. bytes[(first + PageSize)..]]);
    }

    [Fact]
    public void Write_RestInsteadOfMapping_TheSameBytes()
    {
        byte[] bytes = Bytes.Random(2 * PageSize);
        PageBuffer buffer = BufferOf(bytes);
        Pipe pipe = NewPipe();
        buffer.MapInto(pipe.WriteHandle, 100);
        Native.Write(pipe.WriteHandle, buffer.Span).Should().Be(bytes.Length - 100);
        buffer.Dispose();
        ReadExactly(pipe, bytes.Length).MustBe(bytes);
    }

    [Fact]
    public void MapInto_PartThatWasNeverWrittenTo_TheRestMayBeWrittenTo()
    {
        PageBuffer buffer = Own(new PageBuffer(PageSize));
        Pipe pipe = NewPipe();
        buffer.MapInto(pipe.WriteHandle, 10);
        buffer.Span.Fill((byte)'x');
        buffer.MapInto(pipe.WriteHandle);
        ReadExactly(pipe, 10).MustBe(new byte[10]);
        ReadExactly(pipe, PageSize - 10).Should().AllBeEquivalentTo((byte)'x');
    }
}
