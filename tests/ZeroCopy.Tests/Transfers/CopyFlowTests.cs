using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>Every byte goes on, however small the pieces are that it comes in, and no byte more than was asked for.</summary>
public sealed class CopyFlowTests : TransferTest
{
    /// <summary>What fits into a frame of an Ethernet.</summary>
    private const int Segment = 1448;

    /// <summary>Each of them takes a slot of a pipe, and there are more of them than slots.</summary>
    [Theory]
    [InlineData(EndKind.Tcp, false)]
    [InlineData(EndKind.Tcp, true)]
    [InlineData(EndKind.Unix, true)]
    [InlineData(EndKind.Pipe, false)]
    [InlineData(EndKind.Pipe, true)]
    [InlineData(EndKind.File, false)]
    [InlineData(EndKind.File, true)]
    public void Copy_ManySendsOfOneByte_AllArrive(EndKind kind, bool isAsync)
    {
        byte[] bytes = Bytes.Random(64);
        SocketPair source = NewSockets();
        source.Far.NoDelay = true;
        foreach (byte value in bytes)
        {
            source.Far.Send([value]);
        }

        source.Far.Shutdown(SocketShutdown.Send);
        using CopyDestination destination = new(kind, NewPath());
        Task<Digest> collecting = OnItsOwnThread(() => destination.Collect(seed: 1));
        Copy(isAsync, source.Near, destination.Endpoint).BytesCopied.Should().Be(bytes.Length);
        destination.End();
        InTime(() => collecting.Result).Should().Be(Digest.Of([bytes]));
    }

    /// <summary>A full pipe with little in it must not look like a source that has nothing: the last segment would stay behind.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Copy_SmallSegmentsOnAConnectionThatStaysOpen_TheLastArrives(bool unix, bool isAsync)
    {
        byte[] bytes = Bytes.Random((400 * Segment) + 7);
        SocketPair source = NewSockets(unix);
        SocketPair destination = NewSockets();
        Task<CopyResult> copy = Started(isAsync, source.Near, destination.Near);
        Task<int> sending = OnItsOwnThread(() => bytes.Chunk(Segment).Sum(segment => source.Far.Send(segment)));
        byte[] arrived = new byte[bytes.Length];
        InTime(() => new NetworkStream(destination.Far).ReadAtLeast(arrived, arrived.Length)).Should().Be(bytes.Length);
        arrived.AsSpan().SequenceEqual(bytes).Should().BeTrue();

        copy.IsCompleted.Should().BeFalse("the source has not ended");
        InTime(() => sending.Result).Should().Be(bytes.Length);
        source.Far.Shutdown(SocketShutdown.Send);
        InTime(() => copy.Result).BytesCopied.Should().Be(bytes.Length);
    }

    /// <summary>A range that does not start with a page takes a slot more than a pipe has.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_RangeThatStartsWithinAPage_SameBytes(bool isAsync)
    {
        byte[] bytes = Bytes.Random(300_000);
        SafeFileHandle source = FileOf(bytes);
        foreach (int offset in (int[])[1, 100, Environment.SystemPageSize - 1])
        {
            using CopyDestination destination = new(EndKind.Unix, NewPath());
            Task<Digest> collecting = OnItsOwnThread(() => destination.Collect(seed: 2));
            Copy(isAsync, source, destination.Endpoint, new() { SourceOffset = offset }).BytesCopied.Should().Be(bytes.Length - offset);
            destination.End();
            InTime(() => collecting.Result).Should().Be(Digest.Of([bytes.AsMemory(offset)]));
        }
    }

    [Theory]
    [InlineData(EndKind.Tcp, false)]
    [InlineData(EndKind.Tcp, true)]
    [InlineData(EndKind.Unix, true)]
    [InlineData(EndKind.Pipe, false)]
    [InlineData(EndKind.Pipe, true)]
    [InlineData(EndKind.Fifo, true)]
    [InlineData(EndKind.File, false)]
    [InlineData(EndKind.File, true)]
    [InlineData(EndKind.FileStream, true)]
    public void Copy_Length_LeavesTheRestInTheSource(EndKind kind, bool isAsync)
    {
        Content content = new(5000, seed: 3);
        using CopySource source = new(kind, NewPath(), content);
        InTime(source.Feed);
        SafeFileHandle first = FileOf([]);
        SafeFileHandle rest = FileOf([]);
        Copy(isAsync, source.Endpoint, first, new() { Length = 10 }).BytesCopied.Should().Be(10);
        Copy(isAsync, source.Endpoint, rest).BytesCopied.Should().Be(4990);
        Digest.Of([ContentOf(first).Concat(ContentOf(rest)).ToArray()]).Should().Be(content.Digest);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_SourceHasEnded_BothSocketsGoOn(bool isAsync)
    {
        SocketPair source = NewSockets();
        SocketPair destination = NewSockets();
        source.Far.Send("hello"u8);
        source.Far.Shutdown(SocketShutdown.Send);
        Copy(isAsync, source.Near, destination.Near).BytesCopied.Should().Be(5);

        destination.Near.Send(" again"u8);
        byte[] arrived = new byte[11];
        InTime(() => new NetworkStream(destination.Far).ReadAtLeast(arrived, arrived.Length)).Should().Be(11);
        arrived.Should().Equal("hello again"u8.ToArray());
        destination.Far.Send("back"u8);
        InTime(() => destination.Near.Receive(arrived)).Should().Be(4);
        source.Near.Send("back"u8);
        InTime(() => source.Far.Receive(arrived)).Should().Be(4, "only the other direction of the source has ended");
    }

    [Fact]
    public void Copy_BothDirectionsOfTheSameSocketsAtOnce_AllArrives()
    {
        const int Size = 3_000_000;
        Content[] contents = [new(Size, seed: 4), new(Size, seed: 5)];
        SocketPair left = NewSockets();
        SocketPair right = NewSockets(unix: true);
        Task<CopyResult>[] copies = [Started(isAsync: true, left.Near, right.Near), Started(isAsync: true, right.Near, left.Near)];
        Task<Digest>[] ends = [.. ((Socket[])[left.Far, right.Far]).Select((socket, i) => OnItsOwnThread(() =>
        {
            using NetworkStream stream = new(socket);
            Task<Digest> reading = OnItsOwnThread(() => Digest.OfRest(stream, seed: i));
            contents[i].WriteTo(stream);
            socket.Shutdown(SocketShutdown.Send);
            return reading.Result;
        }))];
        InTime(() => copies[0].Result).BytesCopied.Should().Be(Size);
        InTime(() => copies[1].Result).BytesCopied.Should().Be(Size);
        left.Near.Shutdown(SocketShutdown.Send);
        right.Near.Shutdown(SocketShutdown.Send);
        InTime(() => ends[0].Result).Should().Be(contents[1].Digest);
        InTime(() => ends[1].Result).Should().Be(contents[0].Digest);
    }
}
