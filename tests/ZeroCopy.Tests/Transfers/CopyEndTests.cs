using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>What ends a copy, and that it is an end for that copy only.</summary>
public sealed class CopyEndTests : TransferTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_FileThatGrowsAfterwards_TheNextCopyHasTheRest(bool isAsync)
    {
        SafeFileHandle source = FileOf("hello"u8.ToArray());
        using FileStream stream = new(NewPath(), FileMode.CreateNew);
        stream.Write("hello"u8);
        stream.Position = 0;
        Pipe destination = NewPipe();
        Copy(isAsync, source, destination.WriteHandle).BytesCopied.Should().Be(5);
        Copy(isAsync, source, destination.WriteHandle).BytesCopied.Should().Be(0);
        Copy(isAsync, stream, destination.WriteHandle).BytesCopied.Should().Be(5);
        RandomAccess.Write(source, " again"u8, 5);
        stream.Write(" there"u8);
        stream.Position = 5;
        Copy(isAsync, source, destination.WriteHandle).BytesCopied.Should().Be(6);
        Copy(isAsync, stream, destination.WriteHandle).BytesCopied.Should().Be(6);
        destination.ReadText().Should().Be("hellohello again there");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_FromDevNull_NothingAndItSaysWhy(bool isAsync)
    {
        SafeFileHandle source = Own(Native.Open("/dev/null", Native.O_RDONLY));
        SafeFileHandle destination = FileOf([]);
        CopyResult result = Copy(isAsync, source, destination);
        result.BytesCopied.Should().Be(0);
        result.Path.Should().Be(TransferPath.None);
        result.FallbackErrno.Should().BeOneOf(Errno.None, Errno.EINVAL);
        ContentOf(destination).Should().BeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_FromDevUrandom_AsManyBytesAsWereAskedFor(bool isAsync)
    {
        SafeFileHandle source = Own(Native.Open("/dev/urandom", Native.O_RDONLY));
        SafeFileHandle destination = FileOf([]);
        Copy(isAsync, source, destination, new() { Length = 100_000 }).BytesCopied.Should().Be(100_000);
        ContentOf(destination).Should().HaveCount(100_000).And.Contain(value => value != 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_ToDevFull_EnospcAndEveryByteIsHandedBack(bool isAsync)
    {
        byte[] bytes = Bytes.Random(100_000);
        SafeFileHandle source = FileOf(bytes);
        SafeFileHandle destination = Own(Native.Open("/dev/full", Native.O_WRONLY));
        TransferException failure = FluentActions.Invoking(() => Copy(isAsync, source, destination)).Should().Throw<TransferException>().Which;
        failure.Errno.Should().Be(Errno.ENOSPC);
        failure.Side.Should().Be(TransferSide.Destination);
        failure.BytesWritten.Should().Be(0);
        failure.Undelivered.ToArray().Should().Equal(bytes[..(int)failure.BytesRead]);
        Native.Position(source).Should().Be(failure.BytesRead);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_SocketThatTheCallerShutDownForReading_Nothing(bool isAsync)
    {
        SocketPair source = NewSockets();
        source.Near.Shutdown(SocketShutdown.Receive);
        Copy(isAsync, source.Near, NewPipe().WriteHandle).BytesCopied.Should().Be(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_SourceOffsetBehindTheEnd_Nothing(bool isAsync) =>
        Copy(isAsync, FileOf([1, 2, 3]), NewPipe().WriteHandle, new() { SourceOffset = 1L << 40 }).BytesCopied.Should().Be(0);

    /// <summary>The kernel calls it an end or an error, as it likes; what was there has arrived in either case.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_FromATerminalWhoseOtherSideIsClosed_EndsOrFailsWithEverythingDelivered(bool isAsync)
    {
        (SafeFileHandle master, SafeFileHandle terminal) = Native.RawTerminal();
        Own(terminal);
        SafeFileHandle destination = FileOf([]);
        TransferCounters counters = new();
        Task<CopyResult> copy = Started(isAsync, terminal, destination, new() { Counters = counters });
        Native.Write(master, "hello"u8).Should().Be(5);
        Eventually(() => counters.BytesWritten == 5, "it arrives");
        master.Dispose();
        try
        {
            InTime(() => copy.GetAwaiter().GetResult()).BytesCopied.Should().Be(5);
        }
        catch (TransferException e)
        {
            e.Errno.Should().Be(Errno.EIO);
            e.Side.Should().Be(TransferSide.Source);
            e.BytesWritten.Should().Be(5);
        }

        ContentOf(destination).Should().Equal("hello"u8.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_ToATerminalWhoseOtherSideIsClosed_EioAndEveryByteIsHandedBack(bool isAsync)
    {
        (SafeFileHandle master, SafeFileHandle terminal) = Native.RawTerminal();
        Own(terminal);
        master.Dispose();
        TransferException failure = FluentActions.Invoking(() => Copy(isAsync, PipeOf("hello").ReadHandle, terminal)).Should().Throw<TransferException>().Which;
        failure.Errno.Should().Be(Errno.EIO);
        failure.Side.Should().Be(TransferSide.Destination);
        failure.Undelivered.ToArray().Should().Equal("hello"u8.ToArray());
    }

    /// <summary>A hole has no pages to be handed on.</summary>
    [Theory]
    [InlineData(EndKind.Unix, false)]
    [InlineData(EndKind.Unix, true)]
    [InlineData(EndKind.File, false)]
    [InlineData(EndKind.File, true)]
    public void Copy_FileWithAHole_Zeroes(EndKind kind, bool isAsync)
    {
        SafeFileHandle source = FileOf([]);
        RandomAccess.Write(source, "tail"u8, 1 << 20);
        using CopyDestination destination = new(kind, NewPath());
        Task<Digest> collecting = OnItsOwnThread(() => destination.Collect(seed: 1));
        Copy(isAsync, source, destination.Endpoint).BytesCopied.Should().Be((1 << 20) + 4);
        destination.End();
        InTime(() => collecting.Result).Should().Be(Digest.Of([new byte[1 << 20], "tail"u8.ToArray()]));
    }

    /// <summary>A packet pipe keeps the boundaries of what was written: they are no ends.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_FromAPipeOfPackets_AllOfThem(bool isAsync)
    {
        (SafeFileHandle reader, SafeFileHandle writer) = Native.PacketPipe();
        using (reader)
        {
            Native.Write(writer, "one"u8).Should().Be(3);
            Native.Write(writer, "two"u8).Should().Be(3);
            writer.Dispose();
            SafeFileHandle destination = FileOf([]);
            Copy(isAsync, reader, destination).BytesCopied.Should().Be(6);
            ContentOf(destination).Should().Equal("onetwo"u8.ToArray());
        }
    }
}
