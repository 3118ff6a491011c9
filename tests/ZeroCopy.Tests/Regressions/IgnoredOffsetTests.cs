using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Regressions;

/// <summary>
/// An offset that was asked for and not used, by one of several ways that the bytes may take: the wrong part of a file was copied, and nobody said so
/// (netty/netty#3812 and #9369).
/// </summary>
public sealed class IgnoredOffsetTests : RelayTest
{
    private static readonly byte[] _bytes = Bytes.Random(200_000);

    public static TheoryData<long, bool> Offsets()
    {
        TheoryData<long, bool> offsets = [];
        foreach (long offset in (long[])[0, 1, 4095, 4096, 65_537, (1L << 31) + 1, (1L << 32) - 3, (1L << 32) + 5])
        {
            offsets.Add(offset, p2: false);
            offsets.Add(offset, p2: true);
        }

        return offsets;
    }

    [Theory]
    [MemberData(nameof(Offsets))]
    public void SourceOffset_Anywhere_EveryWayOfCopyingStartsThere(long offset, bool isAsync)
    {
        SafeFileHandle source = FileOf([1]);
        RandomAccess.Write(source, _bytes, offset);
        Native.Seek(source, 1);

        SafeFileHandle file = FileOf([]);
        CopyResult copied = Copy(isAsync, source, file, new() { SourceOffset = offset });
        copied.BytesCopied.Should().Be(_bytes.Length);
        ContentOf(file).MustBe(_bytes, "copy_file_range");

        foreach (bool snapshot in (bool[])[false, true])
        {
            SocketPair sink = NewSockets(unix: true);
            Task<byte[]> arriving = Reading(new NetworkStream(sink.Far));
            copied = Copy(isAsync, source, sink.Near, new() { SourceOffset = offset, Snapshot = snapshot, Length = _bytes.Length - 1 });
            copied.Path.Should().Be(snapshot ? TransferPath.ReadWrite : TransferPath.Splice);
            sink.Near.Dispose();
            InTime(() => arriving.Result).MustBe(_bytes.AsSpan(0, _bytes.Length - 1));
        }

        string path = NewPath();
        using SafeFileHandle appending = Native.Open(path, Native.O_WRONLY | Native.O_CREAT | Native.O_APPEND);
        Copy(isAsync, source, appending, new() { SourceOffset = offset, Length = 1000 }).BytesCopied.Should().Be(1000);
        File.ReadAllBytes(path).MustBe(_bytes.AsSpan(0, 1000), "a file that appends");
        Native.Position(source).Should().Be(1);
    }

    [Theory]
    [MemberData(nameof(Offsets))]
    public async Task DestinationOffset_Anywhere_EveryWayOfCopyingWritesThere(long offset, bool isAsync)
    {
        Pipe pipe = NewPipe(1 << 20);
        pipe.Write(_bytes);
        SocketPair sockets = NewSockets();
        Task sending = InBackground(() => sockets.Far.Send(_bytes));
        foreach (TransferEndpoint source in (TransferEndpoint[])[FileOf(_bytes), pipe.ReadHandle, sockets.Near])
        {
            SafeFileHandle destination = FileOf([1, 2]);
            Native.Seek(destination, 1);
            CopyOptions options = new() { DestinationOffset = offset, Length = _bytes.Length };
            Copy(isAsync, source, destination, options).BytesCopied.Should().Be(_bytes.Length);
            RandomAccess.GetLength(destination).Should().Be(offset + _bytes.Length);
            byte[] written = new byte[_bytes.Length];
            RandomAccess.Read(destination, written, offset).Should().Be(written.Length);
            written.MustBe(_bytes);
            Native.Position(destination).Should().Be(1);
        }

        await sending.WaitAsync(Patience);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Offsets_OfHandles_StartThereAndLeaveThePositions(bool isAsync)
    {
        SafeFileHandle source = FileOf("0123456789"u8.ToArray());
        SafeFileHandle destination = FileOf("abcdefghij"u8.ToArray());
        Native.Seek(source, 2);
        Native.Seek(destination, 3);
        Pipe pipe = NewPipe();
        Copy(isAsync, source, destination, new() { SourceOffset = 4, DestinationOffset = 6, Length = 3 }).BytesCopied.Should().Be(3);
        Copy(isAsync, source, pipe.WriteHandle, new() { SourceOffset = 8 }).BytesCopied.Should().Be(2);
        Copy(isAsync, pipe.ReadHandle, destination, new() { DestinationOffset = 0, Length = 2 }).BytesCopied.Should().Be(2);
        ContentOf(destination).Should().Equal("89cdef456j"u8.ToArray());
        Native.Position(source).Should().Be(2);
        Native.Position(destination).Should().Be(3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Resume_OfACopyWithAnOffset_GoesOnAtTheNextByte(bool isAsync)
    {
        const int Offset = 1001;
        SafeFileHandle source = FileOf(_bytes);
        SocketPair broken = NewSmallSockets(unix: true);
        Task<CopyResult> copy = Started(isAsync, source, broken.Near, new() { SourceOffset = Offset });
        broken.Far.ReceiveExactly(3000).MustBe(_bytes.AsSpan(Offset, 3000));
        broken.Far.Dispose();
        TransferException failed = (await FluentActions.Awaiting(() => copy.WaitAsync(Patience)).Should().ThrowAsync<TransferException>()).Which;
        failed.MustAccountFor(_bytes[Offset..]);
        SafeFileHandle second = FileOf([]);
        Copy(isAsync, source, second, failed.Resume);
        ContentOf(second).MustBe(_bytes.AsSpan(Offset + (int)failed.BytesWritten));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FanOut_SourceOffset_EverySinkStartsThere(bool isAsync)
    {
        SafeFileHandle source = FileOf(_bytes);
        SafeFileHandle[] sinks = [FileOf([]), FileOf([]), FileOf([])];
        FanOutOptions options = new() { SourceOffset = 4099, Length = 100_000 };
        TransferEndpoint[] ends = [.. sinks.Select(sink => (TransferEndpoint)sink)];
        FanOutResult result = isAsync ? await Transfer.FanOutAsync(source, ends, options).WaitAsync(Patience)
            : InTime(() => Transfer.FanOut(source, ends, options));
        result.BytesRead.Should().Be(100_000);
        Array.ForEach(sinks, sink => ContentOf(sink).MustBe(_bytes.AsSpan(4099, 100_000)));
        Native.Position(source).Should().Be(0);
    }
}
