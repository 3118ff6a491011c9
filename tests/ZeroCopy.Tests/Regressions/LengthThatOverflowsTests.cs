using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Regressions;

/// <summary>
/// A length of more than 32 bits became 0, which is what the end looks like (ClickHouse/silk#125), and "as much as there is" became more than the kernel takes,
/// which is EINVAL (Hanaasagi/tokio-splice#2, zhboner/realm#157, NixOS/nix#1233).
/// </summary>
public sealed class LengthThatOverflowsTests : RelayTest
{
    private static readonly byte[] _bytes = Bytes.Random(100_000);

    public static TheoryData<long, bool> Lengths()
    {
        TheoryData<long, bool> lengths = [];
        foreach (long length in (long[])[int.MaxValue, 1L + int.MaxValue, uint.MaxValue, 1L << 32, (1L << 32) + 1, long.MaxValue - 1, long.MaxValue])
        {
            lengths.Add(length, p2: false);
            lengths.Add(length, p2: true);
        }

        return lengths;
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task Length_FarMoreThanThereIs_AllThatThereIs(long length, bool isAsync)
    {
        Pipe pipe = NewPipe(1 << 20);
        pipe.Write(_bytes);
        pipe.WriteHandle.Dispose();
        SocketPair sockets = NewSockets();
        Task sending = InBackground(() =>
        {
            sockets.Far.Send(_bytes);
            sockets.Far.Shutdown(SocketShutdown.Send);
        });
        TransferEndpoint[] sources = [pipe.ReadHandle, sockets.Near, FileOf(_bytes)];
        foreach (TransferEndpoint source in sources)
        {
            SafeFileHandle destination = FileOf([]);
            Copy(isAsync, source, destination, new() { Length = length }).BytesCopied.Should().Be(_bytes.Length);
            ContentOf(destination).MustBe(_bytes);
        }

        await sending.WaitAsync(Patience);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task RelayAndFanOut_LimitFarAboveWhatThereIs_AllThatThereIs(long length, bool isAsync)
    {
        SafeFileHandle[] sinks = [FileOf([]), FileOf([])];
        FanOutOptions options = new() { Length = length };
        SafeFileHandle source = FileOf(_bytes);
        FanOutResult result = isAsync ? await Transfer.FanOutAsync(source, [sinks[0], sinks[1]], options).WaitAsync(Patience)
            : InTime(() => Transfer.FanOut(source, [sinks[0], sinks[1]], options));
        result.IsComplete.Should().BeTrue();
        Array.ForEach(sinks, sink => ContentOf(sink).MustBe(_bytes));

        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, new RelayOptions { MaxBytes = length });
        await MustExchange(client.Far, server.Far, new Content(100_000, seed: 1), new Content(100_001, seed: 2));
        await MustEnd(relay, RelayEnd.Completed);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Move_LengthAboveWhatThePipeHolds_WhatThereIs(long length, bool ofSocket)
    {
        Pipe pipe = NewPipe();
        SocketPair sockets = NewSockets();
        sockets.Far.Send(_bytes.AsSpan(0, 1000));
        sockets.Near.Poll(Patience, SelectMode.SelectRead).Should().BeTrue();
        SafeFileHandle file = FileOf(_bytes[..1000]);
        Splice.TryMove(ofSocket ? sockets.Near.SafeHandle : file, pipe.WriteHandle, length, SpliceFlags.NonBlock, out long moved).Should().Be(Errno.None);
        moved.Should().Be(1000);
        pipe.Read().MustBe(_bytes.AsSpan(0, 1000));
    }
}
