using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>Bytes that somebody has read from the source already come first, and count as delivered but not as copied.</summary>
public sealed class CopyPrefixTests : TransferTest
{
    public static TheoryData<EndKind, bool> Destinations()
    {
        TheoryData<EndKind, bool> destinations = [];
        foreach (EndKind kind in Enum.GetValues<EndKind>())
        {
            destinations.Add(kind, p2: false);
            destinations.Add(kind, p2: true);
        }

        return destinations;
    }

    [Theory]
    [MemberData(nameof(Destinations))]
    public void Prefix_ToAnyDestination_ComesFirst(EndKind kind, bool isAsync)
    {
        byte[] prefix = Bytes.Random(150_001);
        byte[] bytes = Bytes.Random(100_000);
        using CopyDestination destination = new(kind, NewPath());
        Task<Digest> collecting = OnItsOwnThread(() => destination.Collect(seed: 1));
        TransferCounters counters = new();
        Reports reports = new();
        CopyOptions options = new() { Prefix = prefix, DestinationOffset = destination.Offset, Counters = counters, Progress = reports };
        Copy(isAsync, FileOf(bytes), destination.Endpoint, options).BytesCopied.Should().Be(bytes.Length);
        destination.End();
        Digest arrived = InTime(() => collecting.Result);
        if (destination.Keeps)
        {
            arrived.Should().Be(Digest.Of([prefix, bytes]));
        }

        counters.BytesRead.Should().Be(bytes.Length);
        counters.BytesWritten.Should().Be(prefix.Length + bytes.Length);
        reports.All.Last().Should().Be(prefix.Length + bytes.Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Prefix_AndALength_TheLengthIsOfTheSource(bool isAsync)
    {
        Pipe destination = NewPipe();
        CopyOptions options = new() { Prefix = "header "u8.ToArray(), Length = 4 };
        Copy(isAsync, PipeOf("body and more").ReadHandle, destination.WriteHandle, options).BytesCopied.Should().Be(4);
        destination.ReadText().Should().Be("header body");
        Copy(isAsync, NewSockets().Near, destination.WriteHandle, new() { Prefix = "only"u8.ToArray(), Length = 0 }).BytesCopied.Should().Be(0);
        destination.ReadText().Should().Be("only");
    }

    /// <summary>The prefix is not kept back until the source says something.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Prefix_SourceHasNothingYet_IsDelivered(bool isAsync)
    {
        SocketPair source = NewSockets();
        SocketPair destination = NewSockets();
        Task<CopyResult> copy = Started(isAsync, source.Near, destination.Near, new() { Prefix = "header"u8.ToArray() });
        byte[] arrived = new byte[6];
        InTime(() => destination.Far.Receive(arrived)).Should().Be(6);
        arrived.Should().Equal("header"u8.ToArray());
        copy.IsCompleted.Should().BeFalse();
        source.Far.Dispose();
        InTime(() => copy.Result).BytesCopied.Should().Be(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Prefix_DestinationIsAFullPipe_GoesInAsThereIsRoom(bool isAsync)
    {
        byte[] prefix = Bytes.Random(200_000);
        Pipe destination = NewPipe().Full();
        TransferCounters counters = new();
        Task<CopyResult> copy = Started(isAsync, FileOf([1, 2, 3]), destination.WriteHandle, new() { Prefix = prefix, Counters = counters });
        MustRest(copy);
        counters.BytesWritten.Should().Be(0);
        using FileStream reader = new(destination.ReadHandle, FileAccess.Read, bufferSize: 0);
        int full = destination.Capacity;
        byte[] arrived = new byte[full + prefix.Length + 3];
        InTime(() => reader.ReadAtLeast(arrived, arrived.Length)).Should().Be(arrived.Length);
        arrived.AsSpan(full).SequenceEqual((byte[])[.. prefix, 1, 2, 3]).Should().BeTrue();
        InTime(() => copy.Result).BytesCopied.Should().Be(3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Prefix_OfAFileStreamAsDestination_IsAtItsPosition(bool isAsync)
    {
        using FileStream destination = new(NewPath(), FileMode.CreateNew);
        destination.Write("0123"u8);
        SafeFileHandle source = FileOf("body"u8.ToArray());
        Copy(isAsync, source, destination, new() { Prefix = "header "u8.ToArray() });
        destination.Position.Should().Be(15);
        destination.WriteByte((byte)'!');
        destination.Flush();
        File.ReadAllText(destination.Name).Should().Be("0123header body!");
    }
}
