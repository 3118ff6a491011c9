using System.Net.Sockets;

namespace ZeroCopy.Tests.Transfers;

/// <summary>What a relay is for: both ways at once, between whatever can be read and written.</summary>
public sealed class RelayTests : RelayTest
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task RelayAsync_MuchInBothDirectionsAtOnce_AllArrives(bool clientIsUnix, bool serverIsUnix)
    {
        SocketPair client = NewSockets(clientIsUnix);
        SocketPair server = NewSockets(serverIsUnix);
        Content there = new(5_000_000, seed: 1);
        Content back = new(7_000_000, seed: 2);
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near);
        await MustExchange(client.Far, server.Far, there, back);
        RelayResult result = await MustEnd(relay, RelayEnd.Completed);
        result.BytesAToB.Should().Be(there.Length);
        result.BytesBToA.Should().Be(back.Length);
        result.AToB.Path.Should().HaveFlag(TransferPath.Splice);
        result.BToA.Path.Should().HaveFlag(TransferPath.Splice);
        result.AToB.FallbackErrno.Should().Be(Errno.None);
        result.AToB.Statistics.Fills.Should().BePositive();
    }

    [Fact]
    public async Task RelayAsync_TinyBuffers_AllArrives()
    {
        SocketPair client = NewSmallSockets();
        SocketPair server = NewSmallSockets();
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near);
        await MustExchange(client.Far, server.Far, new Content(20_000, seed: 3), new Content(15_000, seed: 4));
        await MustEnd(relay, RelayEnd.Completed);
    }

    [Fact]
    public async Task RelayAsync_BytesOneByOne_ArriveOneByOne()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        client.Far.NoDelay = client.Near.NoDelay = server.Far.NoDelay = server.Near.NoDelay = true;
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near);
        for (int i = 0; i < 2000; i++)
        {
            client.Far.Send([(byte)i]);
            server.Far.ReceiveExactly(1).Should().Equal((byte)i);
            server.Far.Send([(byte)(i + 1)]);
            client.Far.ReceiveExactly(1).Should().Equal((byte)(i + 1));
        }

        client.Dispose();
        await MustEnd(relay, RelayEnd.Failed);
    }

    [Fact]
    public async Task RelayAsync_PairOfPipesAgainstASocket_CarriesBothWays()
    {
        Pipe toRelay = NewPipe();
        Pipe fromRelay = NewPipe();
        SocketPair server = NewSockets();
        Task<RelayResult> relay = Transfer.RelayAsync(TransferEndpoint.Duplex(toRelay.ReadHandle, fromRelay.WriteHandle), server.Near);
        toRelay.Write("question");
        server.Far.ReceiveExactly(8).MustBe("question"u8);
        server.Far.Send("answer"u8);
        InTime(fromRelay.ReadText).Should().Be("answer");
        toRelay.WriteHandle.Dispose();
        server.Far.ReceiveToEnd().Should().BeEmpty();
        server.Far.Dispose();
        await MustEnd(relay, RelayEnd.Completed);
        fromRelay.WriteHandle.IsClosed.Should().BeFalse("nothing is closed");
    }

    [Fact]
    public async Task RelayAsync_FilesAgainstASocket_PositionsAreBehindWhatWasMoved()
    {
        byte[] request = Bytes.Random(100_000);
        SocketPair server = NewSockets();
        using FileStream upload = new(FileOf(request), FileAccess.Read);
        using FileStream answer = new(FileOf([]), FileAccess.ReadWrite);
        upload.Position = 1000;
        Task<RelayResult> relay = Transfer.RelayAsync(TransferEndpoint.Duplex(upload, answer), server.Near);
        InTime(server.Far.ReceiveToEnd).MustBe(request.AsSpan(1000));
        server.Far.Send("answer"u8);
        server.Far.Shutdown(SocketShutdown.Send);
        await MustEnd(relay, RelayEnd.Completed);
        (upload.Position, answer.Position).Should().Be((request.Length, 6));
    }

    [Fact]
    public async Task RelayAsync_StreamAndHandle_CarriesBothWays()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets(unix: true);
        await using NetworkStream stream = new(client.Near);
        Task<RelayResult> relay = Transfer.RelayAsync(stream, server.Near.SafeHandle);
        await MustExchange(client.Far, server.Far, new Content(100_000, seed: 5), new Content(100_000, seed: 6));
        await MustEnd(relay, RelayEnd.Completed);
    }

    [Fact]
    public async Task RelayAsync_UsedSynchronouslyAfterwards_TheSocketsStillWait()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        client.Far.Shutdown(SocketShutdown.Send);
        RelayOptions limit = new() { MaxBytes = 1 };
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, limit);
        server.Far.Send("ab"u8);
        await MustEnd(relay, RelayEnd.MaxBytes);
        server.Near.ReceiveExactly(1).MustBe("b"u8);
        Task<byte[]> late = OnItsOwnThread(() => server.Near.ReceiveExactly(1));
        server.Far.Send("c"u8);
        (await late.WaitAsync(Patience)).MustBe("c"u8);
    }
}
