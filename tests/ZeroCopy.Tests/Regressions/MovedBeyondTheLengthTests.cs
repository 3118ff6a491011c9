using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Regressions;

/// <summary>
/// More was moved than was asked for, since the kernel had more: what belonged to the next message on the connection was sent with this one (HAProxy, commit
/// 96199b10).
/// </summary>
public sealed class MovedBeyondTheLengthTests : RelayTest
{
    private static readonly byte[] _sent = Bytes.Random(200_000);

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
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(100_001)]
    public async Task MaxBytes_MoreIsThere_ExactlySoManyArriveAndTheRestStays(int limit)
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        Task sending = InBackground(() => client.Far.Send(_sent));
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, new RelayOptions { MaxBytes = limit });
        RelayResult result = await MustEnd(relay, RelayEnd.MaxBytes);
        result.AToB.BytesRead.Should().Be(limit);
        result.BytesAToB.Should().Be(limit);
        server.Far.ReceiveExactly(limit).MustBe(_sent.AsSpan(0, limit));
        client.Near.ReceiveExactly(_sent.Length - limit).MustBe(_sent.AsSpan(limit));
        await sending.WaitAsync(Patience);
        server.Far.Available.Should().Be(0);
    }

    /// <summary>One connection that has more all the time is cut into pieces of any length, each for somebody else: none has a byte of the next.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Copy_OnePieceAfterTheOther_EachHasItsOwnBytes(bool unix, bool isAsync)
    {
        byte[] all = Bytes.Random(20_000_000);
        SocketPair source = NewSockets(unix);
        Task sending = InBackground(() => source.Far.Send(all));
        Random random = new(1);
        for (int at = 0; at < all.Length;)
        {
            int length = Math.Min(random.Next(1, 1 << random.Next(1, 23)), all.Length - at);
            using SocketPair sink = SocketPair.Tcp();
            Task<byte[]> arriving = Reading(new NetworkStream(sink.Far));
            Copy(isAsync, source.Near, sink.Near, new() { Length = length }).BytesCopied.Should().Be(length);
            sink.Near.Shutdown(SocketShutdown.Send);
            (await arriving.WaitAsync(Patience)).MustBe(all.AsSpan(at, length));
            at += length;
        }

        await sending.WaitAsync(Patience);
        source.Near.Available.Should().Be(0);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(100_001, false)]
    [InlineData(100_001, true)]
    public async Task FanOut_Length_LeavesTheRestInTheSource(int length, bool isAsync)
    {
        SocketPair source = NewSockets();
        Task sending = InBackground(() => source.Far.Send(_sent));
        SafeFileHandle[] sinks = [FileOf([]), FileOf([])];
        FanOutOptions options = new() { Length = length };
        FanOutResult result = isAsync ? await Transfer.FanOutAsync(source.Near, [sinks[0], sinks[1]], options).WaitAsync(Patience)
            : InTime(() => Transfer.FanOut(source.Near, [sinks[0], sinks[1]], options));
        result.BytesRead.Should().Be(length);
        Array.ForEach(sinks, sink => ContentOf(sink).MustBe(_sent.AsSpan(0, length)));
        source.Near.ReceiveExactly(_sent.Length - length).MustBe(_sent.AsSpan(length));
        await sending.WaitAsync(Patience);
    }
}
