using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>What Go tests of its own splice between connections and files (net/splice_linux_test.go), in the words of this library.</summary>
public sealed class CopyGoSpliceTests : TransferTest
{
    private const int OneMebibyte = 1 << 20;

    public static TheoryData<EndKind, EndKind, bool> Pairs()
    {
        TheoryData<EndKind, EndKind, bool> pairs = [];
        (EndKind, EndKind)[] kinds =
            [(EndKind.Tcp, EndKind.Tcp), (EndKind.Unix, EndKind.Tcp), (EndKind.Tcp, EndKind.Unix), (EndKind.Tcp, EndKind.File), (EndKind.Unix, EndKind.File)];
        foreach ((EndKind from, EndKind to) in kinds)
        {
            pairs.Add(from, to, p3: false);
            pairs.Add(from, to, p3: true);
        }

        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Copy_OneSmallWrite_Arrives(EndKind from, EndKind to, bool isAsync) => MustSplice(from, to, isAsync, chunk: 128, total: 128);

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Copy_ManyWrites_Arrive(EndKind from, EndKind to, bool isAsync) => MustSplice(from, to, isAsync, chunk: 4096, total: OneMebibyte);

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Copy_FewLargeWrites_Arrive(EndKind from, EndKind to, bool isAsync) =>
        MustSplice(from, to, isAsync, chunk: 5 * OneMebibyte, total: 50 * OneMebibyte);

    /// <summary>Exactly the limit is moved, though there is more.</summary>
    [Theory]
    [MemberData(nameof(Pairs))]
    public void Copy_LimitBelowWhatThereIs_HonorsIt(EndKind from, EndKind to, bool isAsync) =>
        MustSplice(from, to, isAsync, chunk: OneMebibyte, total: OneMebibyte, limit: 1 << 10);

    /// <summary>The limit is more than there is: the rest of it remains.</summary>
    [Theory]
    [MemberData(nameof(Pairs))]
    public void Copy_LimitAboveWhatThereIs_EndsWithTheSource(EndKind from, EndKind to, bool isAsync) =>
        MustSplice(from, to, isAsync, chunk: 1 << 10, total: 1 << 10, limit: 1040);

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Copy_LimitOfWhatThereIs_AllOfIt(EndKind from, EndKind to, bool isAsync) =>
        MustSplice(from, to, isAsync, chunk: 128, total: OneMebibyte, limit: OneMebibyte);

    /// <summary>A source that was closed at once: nothing is moved, nothing is wrong, and the destination is as good as before.</summary>
    [Theory]
    [InlineData(false, false, false)]
    [InlineData(false, false, true)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    public void Copy_ReaderAtItsEnd_DestinationIsStillUsable(bool fromUnix, bool toUnix, bool isAsync)
    {
        SocketPair source = NewSockets(fromUnix);
        SocketPair destination = NewSockets(toUnix);
        source.Far.Dispose();
        CopyResult result = Copy(isAsync, source.Near, destination.Near);
        result.BytesCopied.Should().Be(0);
        result.Path.Should().Be(TransferPath.None);
        destination.Near.Send("bye"u8);
        byte[] arrived = new byte[3];
        InTime(() => new NetworkStream(destination.Far).ReadAtLeast(arrived, 3)).Should().Be(3);
        arrived.Should().Equal("bye"u8.ToArray());
    }

    private void MustSplice(EndKind from, EndKind to, bool isAsync, int chunk, int total, int? limit = null)
    {
        byte[] bytes = Bytes.Random(chunk);
        SocketPair source = NewSockets(unix: from == EndKind.Unix);
        using CopyDestination destination = new(to, NewPath());
        Task<int> sending = OnItsOwnThread(() =>
        {
            int sent = Enumerable.Range(0, total / chunk).Sum(_ => source.Far.Send(bytes));
            source.Far.Shutdown(SocketShutdown.Send);
            return sent;
        });
        Task<Digest> collecting = OnItsOwnThread(() => destination.Collect(seed: 1));
        int expected = Math.Min(limit ?? total, total);
        CopyResult result = Copy(isAsync, source.Near, destination.Endpoint, new() { Length = limit });
        result.BytesCopied.Should().Be(expected);
        result.Path.Should().HaveFlag(TransferPath.Splice, "the fast way was open");
        result.FallbackErrno.Should().Be(Errno.None);
        destination.End();
        IEnumerable<ReadOnlyMemory<byte>> all = Enumerable.Repeat<ReadOnlyMemory<byte>>(bytes, total / chunk);
        InTime(() => collecting.Result).Should().Be(limit < total ? Digest.Of([bytes.AsMemory(0, expected)]) : Digest.Of(all));

        // What is beyond the limit is still there.
        SafeFileHandle rest = FileOf([]);
        Copy(isAsync, source.Near, rest).BytesCopied.Should().Be(total - expected);
        InTime(() => sending.Result).Should().Be(total);
    }
}
