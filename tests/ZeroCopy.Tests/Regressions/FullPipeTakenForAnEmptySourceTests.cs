using System.Net.Sockets;

namespace ZeroCopy.Tests.Regressions;

/// <summary>
/// EAGAIN of a splice from a socket means that it has nothing, or that the pipe has no room. Where it was taken for the former and was the latter, the tail of
/// a response stayed behind, or the loop ran hot (sozu-proxy/sozu#1323, h2o/h2o#3075, yskszk63/tokio-pipe#28).
/// </summary>
public sealed class FullPipeTakenForAnEmptySourceTests : RelayTest
{
    /// <summary>What fits into a frame of an Ethernet.</summary>
    private const int Segment = 1448;

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

    /// <summary>The fewer slots, the more often the pipe is full.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(16)]
    public async Task RelayAsync_SegmentsFillEachSlotOfAConnectionThatStaysOpen_TheLastArrives(int slots)
    {
        byte[] bytes = Bytes.Random((500 * Segment) + 1);
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        client.Far.NoDelay = true;
        server.Near.SendBufferSize = 1;
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, new RelayOptions { PipeCapacity = slots * Environment.SystemPageSize });
        Task sending = InBackground(() =>
        {
            foreach (byte[] segment in bytes.Chunk(Segment))
            {
                client.Far.Send(segment).Should().Be(segment.Length);
            }
        });
        server.Far.ReceiveExactly(bytes.Length).MustBe(bytes);
        await sending.WaitAsync(Patience);
        MustSleep(relay);
        client.Far.Dispose();
        server.Far.Dispose();
        (await MustEnd(relay, RelayEnd.Completed)).BytesAToB.Should().Be(bytes.Length);
    }

    /// <summary>More is in the socket than fits into the pipe, all of it before the copy starts: no event tells of it again.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_MoreIsQueuedThanThePipeHolds_AllArrivesThoughNothingComesAfterIt(bool isAsync)
    {
        byte[] bytes = Bytes.Random(100_000);
        SocketPair source = NewSockets();
        source.Far.SendBufferSize = 2 * bytes.Length;
        source.Far.Send(bytes).Should().Be(bytes.Length);
        Pipe destination = NewPipe(1 << 20);
        CopyOptions options = new() { PipeCapacity = Environment.SystemPageSize, Length = bytes.Length };
        Copy(isAsync, source.Near, destination.WriteHandle, options).BytesCopied.Should().Be(bytes.Length);
        destination.Read().MustBe(bytes);
    }
}
