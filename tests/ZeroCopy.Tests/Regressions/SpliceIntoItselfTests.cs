using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Regressions;

/// <summary>
/// Source and destination are one pipe, file or block device, under one name or two: a copy that reads what it has written itself does not end, and one that
/// writes over what it has still to read passes on the same bytes twice. Go's package os has a test of its own for it (TestCopyFileRange, CopyFileItself).
/// </summary>
public sealed class SpliceIntoItselfTests : CopyTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_PipeIntoItself_ArgumentException(bool isAsync)
    {
        Pipe pipe = PipeOf("hello");
        string path = Native.Fifo(NewPath());
        using SafeFileHandle fifo = Native.Open(path, Native.O_RDWR);
        using SafeFileHandle again = Native.Open(path, Native.O_WRONLY);
        foreach ((SafeFileHandle source, SafeFileHandle destination) in new[] { (pipe.ReadHandle, pipe.WriteHandle), (fifo, fifo), (fifo, again) })
        {
            FluentActions.Invoking(() => Copy(isAsync, source, destination)).Should().Throw<ArgumentException>().WithParameterName("destination");
        }

        pipe.BytesAvailable.Should().Be(5);
    }

    /// <summary>The prefix is written too: 50 bytes of it and 50 of the source end just before the source's range.</summary>
    [Theory]
    [InlineData(50, false)]
    [InlineData(50, true)]
    [InlineData(0, false)]
    [InlineData(0, true)]
    public void Copy_PrefixEndsBeforeTheSourceRange_Copied(int prefix, bool isAsync)
    {
        byte[] bytes = Bytes.Random(200);
        SafeFileHandle file = FileOf(bytes);
        byte[] before = [.. Enumerable.Repeat((byte)'x', prefix)];
        CopyOptions options = new() { SourceOffset = 100, DestinationOffset = 0, Length = 50, Prefix = before };
        Copy(isAsync, file, file, options).BytesCopied.Should().Be(50);
        ContentOf(file).Should().Equal([.. before, .. bytes[100..150], .. bytes[(prefix + 50)..]]);
    }

    [Theory]
    [InlineData(51, false)]
    [InlineData(51, true)]
    [InlineData(150, false)]
    [InlineData(150, true)]
    public void Copy_PrefixReachesIntoTheSourceRange_ArgumentExceptionAndNothingChanges(int prefix, bool isAsync)
    {
        byte[] bytes = Bytes.Random(200);
        SafeFileHandle file = FileOf(bytes);
        CopyOptions options = new() { SourceOffset = 100, DestinationOffset = 0, Length = 50, Prefix = new byte[prefix] };
        FluentActions.Invoking(() => Copy(isAsync, file, file, options)).Should().Throw<ArgumentException>().WithParameterName("destination");
        ContentOf(file).Should().Equal(bytes);
    }

    /// <summary>Where it ended in the beginning is known to what continues it: else it would copy what it has written itself.</summary>
    [Fact]
    public async Task CopyAsync_AppendedToItselfCancelledAndResumed_Doubles()
    {
        byte[] bytes = Bytes.Random(32 << 20);
        TransferCanceledException? cancelled = null;
        for (int i = 0; i < 20 && cancelled is null; i++)
        {
            string path = NewPath();
            await File.WriteAllBytesAsync(path, bytes);
            using SafeFileHandle source = Native.Open(path, Native.O_RDONLY);
            using SafeFileHandle destination = Native.Open(path, Native.O_WRONLY | Native.O_APPEND);
            cancelled = await CancelUnderWay(source, destination);
            cancelled?.MustAccountFor(bytes);
            long missing = cancelled is null ? 0 : bytes.Length - cancelled.BytesRead;
            Copy(isAsync: true, source, destination, cancelled?.Resume ?? new() { Length = 0 }).BytesCopied.Should().Be(missing);
            await using FileStream file = File.OpenRead(path);
            file.Length.Should().Be(2 * bytes.Length);
            Digest.OfRest(file, seed: 1).Should().Be(Digest.Of([bytes, bytes]));
            File.Delete(path);
        }

        cancelled.Should().NotBeNull("that is what this is about");
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_WithinABlockDevice_CopiesWhatIsWanted(bool isAsync)
    {
        byte[] bytes = Bytes.Random(2 << 20);
        string path = NewPath();
        File.WriteAllBytes(path, bytes);
        using LoopDevice device = new(path);
        using SafeFileHandle file = Native.Open(device.Path, Native.O_RDWR);
        CopyOptions options = new() { SourceOffset = 0, DestinationOffset = 1 << 20, Length = 65536 };
        Copy(isAsync, file, file, options).BytesCopied.Should().Be(65536);
        byte[] copied = new byte[65536];
        RandomAccess.Read(file, copied, 1 << 20).Should().Be(copied.Length);
        copied.AsSpan().SequenceEqual(bytes.AsSpan(0, copied.Length)).Should().BeTrue();

        using SafeFileHandle again = Native.Open(device.Path, Native.O_RDONLY);
        FluentActions.Invoking(() => Copy(isAsync, again, file, new() { SourceOffset = 0, DestinationOffset = 65535, Length = 65536 }))
            .Should().Throw<ArgumentException>("they overlap").WithParameterName("destination");
    }

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

    /// <summary>What is no bytes lies over nothing.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_FromTheEndOfAFileToItself_Nothing(bool isAsync)
    {
        SafeFileHandle file = FileOf("0123456789"u8.ToArray());
        Copy(isAsync, file, file, new() { SourceOffset = 10, DestinationOffset = 10 }).BytesCopied.Should().Be(0);
        Copy(isAsync, file, file, new() { SourceOffset = 11, DestinationOffset = 5 }).BytesCopied.Should().Be(0);
        ContentOf(file).Should().Equal("0123456789"u8.ToArray());
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

    /// <summary>Cancels a copy as soon as it has written something.</summary>
    /// <returns>Null where it was over before.</returns>
    private static async Task<TransferCanceledException?> CancelUnderWay(SafeFileHandle source, SafeFileHandle destination)
    {
        using CancellationTokenSource cancellation = new();
        TransferCounters counters = new();
        Task<CopyResult> copy = Transfer.CopyAsync(source, destination, new() { Counters = counters }, cancellation.Token).AsTask();
        while (counters.BytesWritten == 0 && !copy.IsCompleted)
        {
            Thread.SpinWait(10);
        }

        await cancellation.CancelAsync();
        try
        {
            await copy.WaitAsync(Patience);
            return null;
        }
        catch (TransferCanceledException e)
        {
            return e;
        }
    }
}
