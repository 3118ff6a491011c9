using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>Source and destination are one file: allowed as long as no byte that is still to be read is written over.</summary>
public sealed class CopyWithinAFileTests : TransferTest
{
    [Theory]
    [InlineData(0L, 5L, 10L)]
    [InlineData(5L, 0L, 10L)]
    [InlineData(0L, 0L, 10L)]
    [InlineData(0L, 9L, null)]
    [InlineData(3L, 4L, null)]
    [InlineData(18L, 19L, 100L)]
    public void Copy_RangesOverlap_ArgumentExceptionAndNothingHappens(long from, long to, long? length)
    {
        byte[] bytes = Bytes.Random(20);
        string path = NewPath();
        File.WriteAllBytes(path, bytes);
        File.CreateSymbolicLink(path + ".link", path);
        using SafeFileHandle source = Native.Open(path, Native.O_RDONLY);
        using SafeFileHandle destination = Native.Open(path + ".link", Native.O_RDWR);
        CopyOptions options = new() { SourceOffset = from, DestinationOffset = to, Length = length };
        foreach (bool isAsync in (bool[])[false, true])
        {
            FluentActions.Invoking(() => Copy(isAsync, source, destination, options)).Should().Throw<ArgumentException>().WithParameterName("destination");
            Native.Seek(source, from);
            Native.Seek(destination, to);
            FluentActions.Invoking(() => Copy(isAsync, source, destination, new() { Length = length })).Should().Throw<ArgumentException>();
            FluentActions.Invoking(() => Copy(isAsync, destination, destination, options)).Should().Throw<ArgumentException>();
        }

        Native.Position(source).Should().Be(from);
        File.ReadAllBytes(path).Should().Equal(bytes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_RangesApart_Copied(bool isAsync)
    {
        SafeFileHandle file = FileOf("0123456789"u8.ToArray());
        Copy(isAsync, file, file, new() { SourceOffset = 1, DestinationOffset = 5, Length = 4 }).BytesCopied.Should().Be(4);
        ContentOf(file).Should().Equal("0123412349"u8.ToArray());
        Copy(isAsync, file, file, new() { SourceOffset = 7, DestinationOffset = 0 }).BytesCopied.Should().Be(3);
        ContentOf(file).Should().Equal("3493412349"u8.ToArray());
    }

    /// <summary>To its own end: twice what it was, and not without end.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_FileToItsOwnEnd_Doubles(bool isAsync)
    {
        byte[] bytes = Bytes.Random(300_000);
        SafeFileHandle file = FileOf(bytes);
        Copy(isAsync, file, file, new() { SourceOffset = 0, DestinationOffset = bytes.Length }).BytesCopied.Should().Be(bytes.Length);
        ContentOf(file).AsSpan().SequenceEqual([.. bytes, .. bytes]).Should().BeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_FileThatAppendsToItself_Doubles(bool isAsync)
    {
        byte[] bytes = Bytes.Random(300_000);
        string path = NewPath();
        File.WriteAllBytes(path, bytes);
        using SafeFileHandle source = Native.Open(path, Native.O_RDONLY);
        using SafeFileHandle destination = Native.Open(path, Native.O_WRONLY | Native.O_APPEND);
        Copy(isAsync, source, destination).BytesCopied.Should().Be(bytes.Length);
        File.ReadAllBytes(path).AsSpan().SequenceEqual([.. bytes, .. bytes]).Should().BeTrue();
    }
}
