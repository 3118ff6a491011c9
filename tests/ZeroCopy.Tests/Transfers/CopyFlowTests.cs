using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>Every byte goes on, wherever it starts and whichever way it goes.</summary>
public sealed class CopyFlowTests : TransferTest
{
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
