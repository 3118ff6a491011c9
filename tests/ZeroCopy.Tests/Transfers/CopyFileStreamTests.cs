using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>A FileStream has a position and buffers of its own: a copy goes on from there, and the stream goes on behind the copy.</summary>
public sealed class CopyFileStreamTests : TransferTest
{
    public static TheoryData<int, bool> Buffers() => new() { { 0, false }, { 0, true }, { 4096, false }, { 4096, true } };

    [Theory]
    [MemberData(nameof(Buffers))]
    public void Copy_FromAStreamThatWasReadFrom_FromItsPositionOn(int buffer, bool isAsync)
    {
        using FileStream source = StreamOf("0123456789abcdefghij", buffer);
        source.ReadExactly(new byte[10]);
        Pipe destination = NewPipe();
        Copy(isAsync, source, destination.WriteHandle, new() { Length = 5 }).BytesCopied.Should().Be(5);
        destination.ReadText().Should().Be("abcde");
        source.Position.Should().Be(15);
        source.ReadByte().Should().Be('f');
        Copy(isAsync, source, destination.WriteHandle).BytesCopied.Should().Be(4);
        destination.ReadText().Should().Be("ghij");
        source.Position.Should().Be(20);
        source.ReadByte().Should().Be(-1);
    }

    [Theory]
    [MemberData(nameof(Buffers))]
    public void Copy_FromAStreamWithUnflushedWrites_WithThem(int buffer, bool isAsync)
    {
        using FileStream source = StreamOf("0123456789", buffer);
        source.Position = 4;
        source.Write("XY"u8);
        Pipe destination = NewPipe();
        Copy(isAsync, source, destination.WriteHandle).BytesCopied.Should().Be(4);
        destination.ReadText().Should().Be("6789");
        source.Position = 0;
        source.Write("Z"u8);
        source.Position = 0;
        Copy(isAsync, source, destination.WriteHandle).BytesCopied.Should().Be(10);
        destination.ReadText().Should().Be("Z123XY6789");
    }

    [Theory]
    [MemberData(nameof(Buffers))]
    public void Copy_ToAStreamThatWasWrittenTo_BetweenWhatIsWrittenBeforeAndAfter(int buffer, bool isAsync)
    {
        using FileStream destination = StreamOf(string.Empty, buffer);
        destination.Write("head "u8);
        Copy(isAsync, PipeThatEnds("body"), destination).BytesCopied.Should().Be(4);
        destination.Position.Should().Be(9);
        destination.Write(" tail"u8);
        destination.Flush();
        File.ReadAllText(destination.Name).Should().Be("head body tail");
    }

    [Theory]
    [MemberData(nameof(Buffers))]
    public void Copy_ToAStreamThatHasReadAhead_AtItsPosition(int buffer, bool isAsync)
    {
        using FileStream destination = StreamOf("0123456789", buffer);
        destination.ReadExactly(new byte[3]);
        Copy(isAsync, PipeThatEnds("abc"), destination);
        destination.ReadByte().Should().Be('6');
        File.ReadAllText(destination.Name).Should().Be("012abc6789");
    }

    /// <summary>.NET appends by position alone, and would write over what a copy has put there.</summary>
    [Theory]
    [MemberData(nameof(Buffers))]
    public void Copy_ToAStreamThatAppends_BetweenWhatIsWrittenBeforeAndAfter(int buffer, bool isAsync)
    {
        string path = NewPath();
        File.WriteAllText(path, "old ");
        using FileStream destination = new(path, FileMode.Append, FileAccess.Write, FileShare.Read, buffer);
        destination.Write("head "u8);
        Copy(isAsync, PipeThatEnds("body"), destination).BytesCopied.Should().Be(4);
        destination.Write(" tail"u8);
        destination.Flush();
        File.ReadAllText(path).Should().Be("old head body tail");
    }

    [Theory]
    [MemberData(nameof(Buffers))]
    public void Copy_BetweenStreams_MovesBoth(int buffer, bool isAsync)
    {
        using FileStream source = StreamOf("0123456789", buffer);
        using FileStream destination = StreamOf("abcdef", buffer);
        source.Position = 7;
        destination.Position = 2;
        Copy(isAsync, source, destination).BytesCopied.Should().Be(3);
        source.Position.Should().Be(10);
        destination.Position.Should().Be(5);
        File.ReadAllText(destination.Name).Should().Be("ab789f");
    }

    [Theory]
    [MemberData(nameof(Buffers))]
    public void Copy_OffsetsAreGiven_PositionsStay(int buffer, bool isAsync)
    {
        using FileStream source = StreamOf("0123456789", buffer);
        using FileStream destination = StreamOf("abcdef", buffer);
        source.ReadByte().Should().Be('0');
        destination.Write("A"u8);
        Copy(isAsync, source, destination, new() { SourceOffset = 8, DestinationOffset = 4 }).BytesCopied.Should().Be(2);
        source.ReadByte().Should().Be('1');
        destination.Write("B"u8);
        destination.Flush();
        File.ReadAllText(destination.Name).Should().Be("ABcd89");
    }

    [Theory]
    [MemberData(nameof(Buffers))]
    public void Copy_FromAStreamAndFails_PositionIsBehindWhatWasRead(int buffer, bool isAsync)
    {
        using FileStream source = StreamOf("0123456789", buffer);
        source.Position = 3;
        Pipe closed = NewPipe();
        closed.ReadHandle.Dispose();
        TransferException failure = FluentActions.Invoking(() => Copy(isAsync, source, closed.WriteHandle)).Should().Throw<TransferException>().Which;
        source.Position.Should().Be(3 + failure.BytesRead);
        Pipe destination = NewPipe();
        Copy(isAsync, source, destination.WriteHandle, failure.Resume).BytesCopied.Should().Be(7 - failure.BytesRead);
        destination.ReadText().Should().Be("3456789", "what was read and not delivered comes first");
    }

    /// <summary>Opened for asynchronous use it has another strategy inside.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_StreamsForAsynchronousUse_SameRules(bool isAsync)
    {
        using FileStream source = new(StreamOf("0123456789", 0).Name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 4096, useAsync: true);
        using FileStream destination = new(NewPath(), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite, 4096, useAsync: true);
        source.ReadByte().Should().Be('0');
        destination.WriteByte((byte)'>');
        Copy(isAsync, source, destination).BytesCopied.Should().Be(9);
        destination.WriteByte((byte)'<');
        destination.Flush();
        File.ReadAllText(destination.Name).Should().Be(">123456789<");
    }

    /// <summary>What a process gets that opens /dev/stdin or a FIFO by its name.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_StreamsOverFifos_AsPipes(bool isAsync)
    {
        string[] paths = [Native.Fifo(NewPath()), Native.Fifo(NewPath())];
        using SafeFileHandle writer = Native.Open(paths[0], Native.O_RDWR);
        using SafeFileHandle reader = Native.Open(paths[1], Native.O_RDWR);
        using FileStream source = new(paths[0], FileMode.Open, FileAccess.Read);
        using FileStream destination = new(paths[1], FileMode.Open, FileAccess.Write);
        Native.Write(writer, "hello"u8).Should().Be(5);
        Copy(isAsync, source, destination, new() { Length = 5 }).BytesCopied.Should().Be(5);
        destination.Write(" again"u8);
        destination.Flush();
        byte[] arrived = new byte[11];
        Native.Read(reader, arrived).Should().Be(11);
        arrived.Should().Equal("hello again"u8.ToArray());
        source.CanSeek.Should().BeFalse();
    }

    /// <summary>The handle of a file that .NET opens has a position that .NET never moves.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_HandleWithoutAnOffset_MovesItsOwnPosition(bool isAsync)
    {
        SafeFileHandle source = FileOf("0123456789"u8.ToArray());
        SafeFileHandle destination = FileOf([]);
        Native.Seek(source, 4);
        Native.Seek(destination, 1);
        Copy(isAsync, source, destination, new() { Length = 3 }).BytesCopied.Should().Be(3);
        Native.Position(source).Should().Be(7);
        Native.Position(destination).Should().Be(4);
        ContentOf(destination).Should().Equal([0, .. "456"u8]);
    }

    private FileStream StreamOf(string text, int buffer)
    {
        string path = NewPath();
        File.WriteAllText(path, text);
        return Own(new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, buffer));
    }

    private SafeFileHandle PipeThatEnds(string text)
    {
        Pipe pipe = PipeOf(text);
        pipe.WriteHandle.Dispose();
        return pipe.ReadHandle;
    }
}
