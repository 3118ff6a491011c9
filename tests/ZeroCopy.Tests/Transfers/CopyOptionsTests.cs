using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>What a copy is told, it does.</summary>
public sealed class CopyOptionsTests : TransferTest
{
    private static readonly int _page = Environment.SystemPageSize;

    [Theory]
    [InlineData(0L, 0, false)]
    [InlineData(0L, 0, true)]
    [InlineData(4L, 4, false)]
    [InlineData(4L, 4, true)]
    [InlineData(10L, 10, true)]
    [InlineData(11L, 10, false)]
    [InlineData(long.MaxValue, 10, false)]
    [InlineData(long.MaxValue, 10, true)]
    [InlineData(null, 10, true)]
    public void Length_AnyNumber_ThatManyOrWhatThereIs(long? length, int copied, bool isAsync)
    {
        byte[] bytes = "0123456789"u8.ToArray();
        Pipe source = PipeOf("0123456789");
        source.WriteHandle.Dispose();
        SocketPair sockets = NewSockets();
        sockets.Far.Send(bytes);
        sockets.Far.Shutdown(SocketShutdown.Send);
        SafeFileHandle file = FileOf(bytes);
        foreach (TransferEndpoint endpoint in (TransferEndpoint[])[source.ReadHandle, sockets.Near, file])
        {
            SafeFileHandle destination = FileOf([]);
            Copy(isAsync, endpoint, destination, new() { Length = length }).BytesCopied.Should().Be(copied);
            ContentOf(destination).Should().Equal(bytes[..copied]);
        }

        source.BytesAvailable.Should().Be(10 - copied);
        sockets.Near.Available.Should().Be(10 - copied);
        Native.Position(file).Should().Be(copied);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Length_Zero_DoesNotWaitForTheSource(bool isAsync) =>
        Copy(isAsync, NewSockets().Near, NewPipe().WriteHandle, new() { Length = 0 }).BytesCopied.Should().Be(0);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void DestinationOffset_BehindTheEnd_LeavesAHole(bool isAsync)
    {
        SafeFileHandle destination = FileOf([]);
        Copy(isAsync, FileOf([1, 2, 3]), destination, new() { DestinationOffset = 100_000 }).BytesCopied.Should().Be(3);
        ContentOf(destination).Should().Equal([.. new byte[100_000], 1, 2, 3]);
    }

    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(1, 1, true)]
    [InlineData(5000, 2, true)]
    [InlineData(262_144, 64, false)]
    [InlineData(262_144, 64, true)]
    public void PipeCapacity_OfPages_ThatManyAndStatisticsSaySo(int bytes, int pages, bool isAsync)
    {
        const int Size = 300_000;
        Content content = new(Size, seed: 1);
        using CopySource source = new(EndKind.File, NewPath(), content);
        using CopyDestination destination = new(EndKind.Unix, NewPath());
        Task<Digest> collecting = OnItsOwnThread(() => destination.Collect(seed: 2));
        int capacity = bytes < 5000 || bytes > 8192 ? Math.Max(bytes, _page) : pages * _page;
        TransferStatistics statistics = Copy(isAsync, source.Endpoint, destination.Endpoint, new() { PipeCapacity = bytes }).Statistics;
        statistics.PipeCapacity.Should().Be(capacity);
        statistics.Fills.Should().BeGreaterThanOrEqualTo(Size / capacity);
        destination.End();
        InTime(() => collecting.Result).Should().Be(content.Digest);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pool_OfTheUser_IsUsedAndGetsEverythingBack(bool isAsync)
    {
        using PipePool pool = new(2 * _page, maxIdlePipes: 1);
        Pipe only = pool.Rent();
        pool.Return(only);
        using MeterReader meter = new();
        SafeFileHandle destination = FileOf([]);
        Pipe source = PipeOf("hello");
        source.WriteHandle.Dispose();
        CopyResult result = Copy(isAsync, source.ReadHandle, destination, new() { Pool = pool });
        result.Statistics.PipeCapacity.Should().Be(only.Capacity);
        meter.Rents.Should().BePositive();
        meter.Rented.Should().Be(0);
        Pipe again = pool.Rent();
        again.Should().BeSameAs(only);
        again.BytesAvailable.Should().Be(0);
        pool.Return(again);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_WithoutAPool_LeavesNoPipeLent(bool isAsync)
    {
        using MeterReader meter = new();
        using CopyDestination destination = new(EndKind.Tcp, NewPath());
        Task<Digest> collecting = OnItsOwnThread(() => destination.Collect(seed: 3));
        Copy(isAsync, FileOf(Bytes.Random(4 << 20)), destination.Endpoint).Statistics.PipeCapacity.Should().BeGreaterThanOrEqualTo(16 * _page);
        meter.Rents.Should().BePositive();
        meter.Rented.Should().Be(0);
        destination.End();
        InTime(() => collecting.Result).Length.Should().Be(4 << 20);
    }

    /// <summary>They are read once: whoever changes or shares the object afterwards changes nothing.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_Options_AreNotChanged(bool isAsync)
    {
        CopyOptions options = new() { Length = 3, SourceOffset = 1, Prefix = "p"u8.ToArray() };
        SafeFileHandle source = FileOf("0123456789"u8.ToArray());
        Pipe destination = NewPipe();
        Copy(isAsync, source, destination.WriteHandle, options);
        Copy(isAsync, source, destination.WriteHandle, options);
        destination.ReadText().Should().Be("p123p123");
        options.Length.Should().Be(3);
        options.SourceOffset.Should().Be(1);
        options.Prefix.Length.Should().Be(1);
    }
}
