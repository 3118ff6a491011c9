using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Regressions;

/// <summary>
/// A pipe has slots, each for a page or a part of one: sixteen bytes may fill one that is said to hold 64 KiB. Who went by the bytes found room where there was
/// none (sozu-proxy/sozu#1323: segments of a third of a page).
/// </summary>
public sealed class SlotsUsedUpBySmallPiecesTests : RelayTest
{
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

    [Fact]
    public async Task RelayAsync_ThousandsOfSegmentsOfOneByte_AllArrive()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        client.Far.NoDelay = true;
        byte[] sent = Bytes.Random(5000);
        Array.ForEach(sent, value => client.Far.Send([value]));
        client.Far.Shutdown(SocketShutdown.Send);
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near);
        server.Far.ReceiveToEnd().MustBe(sent);
        server.Far.Dispose();
        (await MustEnd(relay, RelayEnd.Completed)).BytesAToB.Should().Be(sent.Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_DestinationHasAByteInEachSlot_WaitsUntilOneIsFree(bool isAsync)
    {
        Pipe destination = NewPipe();
        byte[] single = FillWithSingleBytes(destination);
        single.Length.Should().BeLessThan(destination.Capacity);
        Pipe source = PipeOf("hello");
        Task<CopyResult> copy = Started(isAsync, source.ReadHandle, destination.WriteHandle, new() { Length = 5 });
        MustSleep(copy);
        destination.Read(1).Should().Equal(single[0]);
        InTime(() => copy.Result).BytesCopied.Should().Be(5);
        destination.Read().Should().Equal([.. single[1..], .. "hello"u8]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_SourceHasAByteInEachSlot_AllArriveAndWhatComesBehind(bool isAsync)
    {
        Pipe source = NewPipe();
        byte[] single = FillWithSingleBytes(source);
        SocketPair destination = NewSockets();
        Task<CopyResult> copy = Started(isAsync, source.ReadHandle, destination.Near);
        destination.Far.ReceiveExactly(single.Length).MustBe(single);
        byte[] behind = Bytes.Random(300_000);
        Task writing = InBackground(() =>
        {
            using FileStream writer = new(source.WriteHandle, FileAccess.Write, bufferSize: 0);
            writer.Write(behind);
        });
        destination.Far.ReceiveExactly(behind.Length).MustBe(behind);
        await writing.WaitAsync(Patience);
        (await copy.WaitAsync(Patience)).BytesCopied.Should().Be(single.Length + behind.Length);
    }

    /// <summary>Splices single bytes of a file until there is no slot left.</summary>
    /// <returns>The bytes.</returns>
    private byte[] FillWithSingleBytes(Pipe pipe)
    {
        byte[] bytes = Bytes.Random(2 * pipe.Capacity);
        SafeFileHandle file = FileOf(bytes);
        int count = 0;
        while (Splice.TryMove(file, pipe.WriteHandle, 1, SpliceFlags.NonBlock, out long moved) == Errno.None)
        {
            moved.Should().Be(1);
            count++;
        }

        return bytes[..count];
    }
}
