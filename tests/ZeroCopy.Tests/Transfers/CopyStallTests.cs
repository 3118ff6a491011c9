using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>A copy that has to wait: it takes no processor time, it is in nobody's way, and it goes on when it can.</summary>
public sealed class CopyStallTests : TransferTest
{
    public static TheoryData<EndKind, bool> Ends()
    {
        TheoryData<EndKind, bool> ends = [];
        foreach (EndKind kind in (EndKind[])[EndKind.Tcp, EndKind.Unix, EndKind.Pipe, EndKind.Fifo, EndKind.Terminal])
        {
            ends.Add(kind, p2: false);
            ends.Add(kind, p2: true);
        }

        return ends;
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public void Copy_SourceHasNothing_UsesNoProcessorUntilItHas(EndKind kind, bool isAsync)
    {
        Content content = new(100, seed: 1);
        using CopySource source = new(kind, NewPath(), content);
        SafeFileHandle destination = FileOf([]);
        Task<CopyResult> copy = Started(isAsync, source.Endpoint, destination, new() { Length = source.Length });
        MustRest(copy);
        InTime(source.Feed);
        InTime(() => copy.Result).BytesCopied.Should().Be(content.Length);
        Digest.Of([ContentOf(destination)]).Should().Be(content.Digest);
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public void Copy_DestinationIsFull_UsesNoProcessorUntilItIsRead(EndKind kind, bool isAsync)
    {
        Content content = new(20 << 20, seed: 2);
        using CopySource source = new(EndKind.File, NewPath(), content);
        using CopyDestination destination = new(kind, NewPath());
        TransferCounters counters = new();
        Task<CopyResult> copy = Started(isAsync, source.Endpoint, destination.Endpoint, new() { Counters = counters });
        Eventually(() => counters.BytesWritten > 0 && counters.BytesRead > counters.BytesWritten, "it gets as far as it can");
        MustRest(copy);
        Task<Digest> collecting = OnItsOwnThread(() => destination.Collect(seed: 3));
        InTime(() => copy.Result).Statistics.DestinationWaits.Should().BePositive();
        destination.End();
        InTime(() => collecting.Result).Should().Be(content.Digest);
    }

    /// <summary>The kernel holds a pipe's lock while a call on it waits: nobody could even ask how full it is, or close it.</summary>
    [Theory]
    [InlineData(EndKind.Tcp, false)]
    [InlineData(EndKind.Tcp, true)]
    [InlineData(EndKind.Terminal, false)]
    [InlineData(EndKind.Terminal, true)]
    public void Copy_WaitsForASourceOrAFullPipe_ThePipesOfOthersAnswer(EndKind kind, bool isAsync)
    {
        using CopySource empty = new(kind, NewPath(), new Content(1, seed: 4));
        Pipe unused = NewPipe();
        Pipe source = PipeOf("hello");
        Pipe full = NewPipe().Full();
        Task<CopyResult>[] copies =
        [
            Started(isAsync, empty.Endpoint, unused.WriteHandle, new() { Length = 1 }),
            Started(isAsync, source.ReadHandle, full.WriteHandle, new() { Length = 5 }),
        ];
        MustRest(Task.WhenAny(copies));
        foreach (Pipe pipe in (Pipe[])[unused, source, full])
        {
            InTime(() => pipe.BytesAvailable).Should().BeOneOf(0, 5, full.Capacity);
            InTime(() => pipe.Capacity = pipe.Capacity).Should().Be(full.Capacity);
        }

        InTime(() =>
        {
            source.WriteHandle.Dispose();
            return source.WriteHandle.IsClosed;
        }).Should().BeTrue();
        SafeFileHandle elsewhere = FileOf([]);
        Copy(isAsync, FileOf([1, 2, 3]), elsewhere).BytesCopied.Should().Be(3, "another copy runs meanwhile");

        InTime(empty.Feed);
        full.Read(full.Capacity);
        InTime(() => copies[0].Result).BytesCopied.Should().Be(1);
        InTime(() => copies[1].Result).BytesCopied.Should().Be(5);
    }

    [Fact]
    public void CopyAsync_ManyThatWaitForTheirSource_HoldNoPipe()
    {
        using MeterReader pipes = new();
        List<SocketPair> sources = [.. Enumerable.Range(0, 50).Select(_ => NewSockets())];
        SafeFileHandle destination = Own(Native.Open("/dev/null", Native.O_WRONLY));
        sources.ForEach(source => source.Far.Send("hello"u8));
        List<Task<CopyResult>> copies = [.. sources.Select(source => Started(isAsync: true, source.Near, destination))];
        Eventually(() => pipes.Rents >= copies.Count && pipes.Rented == 0, "each has had a pipe, and has given it back");
        MustRest(Task.WhenAny(copies));
        pipes.Rented.Should().Be(0);
        sources.ForEach(source => source.Far.Shutdown(SocketShutdown.Send));
        InTime(() => Task.WhenAll(copies).Result).Should().OnlyContain(result => result.BytesCopied == 5 && result.Statistics.SourceWaits > 0);
    }
}
