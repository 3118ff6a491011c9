using System.Net.Sockets;

namespace ZeroCopy.Tests.Transfers;

/// <summary>One side has said all that it has to say, and the other one has not.</summary>
public sealed class RelayHalfCloseTests : RelayTest
{
    [Fact]
    public async Task RelayAsync_BothEndAtOnce_Completed()
    {
        for (int i = 0; i < 200; i++)
        {
            using SocketPair client = SocketPair.Tcp();
            using SocketPair server = SocketPair.Tcp();
            Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near);
            Task ending = InBackground(() => client.Far.Shutdown(SocketShutdown.Send));
            server.Far.Shutdown(SocketShutdown.Send);
            await ending.WaitAsync(Patience);
            await MustEnd(relay, RelayEnd.Completed);
        }
    }

    [Fact]
    public async Task RelayAsync_BothEndedBefore_Completed()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        client.Far.Dispose();
        server.Far.Shutdown(SocketShutdown.Send);
        RelayResult result = await MustEnd(Transfer.RelayAsync(client.Near, server.Near), RelayEnd.Completed);
        result.BytesBToA.Should().Be(0);
        result.BytesAToB.Should().Be(0);
    }

    [Fact]
    public async Task RelayAsync_AgainAfterTheEnd_CompletedAgain()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        client.Far.Dispose();
        server.Far.Dispose();
        await MustEnd(Transfer.RelayAsync(client.Near, server.Near), RelayEnd.Completed);
        await MustEnd(Transfer.RelayAsync(client.Near, server.Near), RelayEnd.Completed);
    }

    /// <summary>It looks like a client that has only ended until something is sent to it. What was sent is lost, and that is no good end.</summary>
    [Fact]
    public async Task RelayAsync_LastBytesMeetAClosedReader_Failed()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        client.Far.Dispose();
        server.Far.Send("bye"u8);
        server.Far.Shutdown(SocketShutdown.Send);
        RelayResult result = await MustEnd(Transfer.RelayAsync(client.Near, server.Near), RelayEnd.Failed);
        MustBeBroken(result.BToA, TransferSide.Destination, Errno.EPIPE, Errno.ECONNRESET);
        result.BytesBToA.Should().Be(3);
    }

    [Fact]
    public async Task RelayAsync_LimitReached_TheOtherSideIsNotToldOfAnEnd()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, new RelayOptions { MaxBytes = 5 });
        client.Far.Send("hello, world"u8);
        await MustEnd(relay, RelayEnd.MaxBytes);
        server.Far.ReceiveExactly(5).MustBe("hello"u8);
        server.Far.Poll(0, SelectMode.SelectRead).Should().BeFalse("the source has not ended");
        server.Near.Send("!"u8);
        server.Far.ReceiveExactly(1).MustBe("!"u8);
    }
}
