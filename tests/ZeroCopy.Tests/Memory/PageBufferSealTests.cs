namespace ZeroCopy.Tests.Memory;

/// <summary>When all is handed over, and after Dispose, every use throws.</summary>
public sealed class PageBufferSealTests : PageBufferTest
{
    private readonly byte[] _bytes = Bytes.Random((2 * PageSize) + 10);

    [Theory]
    [InlineData("mapped")]
    [InlineData("mapped in parts")]
    [InlineData("disposed")]
    [InlineData("mapped and disposed")]
    [InlineData("mapped in part and disposed")]
    public void AnyUse_Sealed_ObjectDisposedException(string how)
    {
        PageBuffer buffer = BufferOf(_bytes);
        Pipe pipe = NewPipe();
        int mapped = Seal(buffer, pipe, how);
        FluentActions.Invoking(() => buffer.Span.Length).Should().Throw<ObjectDisposedException>();
        FluentActions.Invoking(() => buffer.Memory.Length).Should().Throw<ObjectDisposedException>();
        FluentActions.Invoking(() => buffer.MapInto(pipe.WriteHandle)).Should().Throw<ObjectDisposedException>();
        foreach (int count in (int[])[0, 1, -1, int.MaxValue])
        {
            new MapIntoCall(buffer, pipe.WriteHandle, count).MustThrow<ObjectDisposedException>();
        }

        pipe.BytesAvailable.Should().Be(mapped);
        buffer.Length.Should().Be(_bytes.Length);
        buffer.BytesMapped.Should().Be(mapped);
        buffer.HasHugePages.Should().BeFalse();
        ReadExactly(pipe, mapped).MustBe(_bytes.AsSpan(0, mapped));
    }

    [Theory]
    [InlineData("mapped")]
    [InlineData("disposed")]
    [InlineData("mapped in part and disposed")]
    public void Dispose_Sealed_ChangesNothing(string how)
    {
        long before = OutstandingBytes;
        PageBuffer buffer = BufferOf(_bytes);
        int mapped = Seal(buffer, NewPipe(), how);
        buffer.Dispose();
        buffer.Dispose();
        buffer.BytesMapped.Should().Be(mapped);
        OutstandingBytes.Should().Be(before);
    }

    [Fact]
    public void Dispose_WhileTheReaderHasNotRead_TheBytesStayInThePipe()
    {
        PageBuffer buffer = BufferOf(_bytes);
        Pipe pipe = NewPipe();
        buffer.MapInto(pipe.WriteHandle, PageSize + 1);
        buffer.Dispose();
        Disturb(4 * PageSize);
        ReadExactly(pipe, PageSize + 1).MustBe(_bytes.AsSpan(0, PageSize + 1));
    }

    /// <returns>How many bytes it has handed over.</returns>
    private static int Seal(PageBuffer buffer, Pipe pipe, string how)
    {
        if (how.Contains("part", StringComparison.Ordinal))
        {
            buffer.MapInto(pipe.WriteHandle, PageSize + 1);
        }

        if (how.StartsWith("mapped", StringComparison.Ordinal) && how is not "mapped in part and disposed")
        {
            buffer.MapInto(pipe.WriteHandle);
        }

        if (how.EndsWith("disposed", StringComparison.Ordinal))
        {
            buffer.Dispose();
        }

        return buffer.BytesMapped;
    }
}
