using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>The result says which way the bytes took, and why not a faster one.</summary>
public sealed class CopyPathTests : TransferTest
{
    [Theory]
    [InlineData(EndKind.Tcp, EndKind.Unix, false)]
    [InlineData(EndKind.Tcp, EndKind.Unix, true)]
    [InlineData(EndKind.Unix, EndKind.Pipe, true)]
    [InlineData(EndKind.Pipe, EndKind.Fifo, false)]
    [InlineData(EndKind.File, EndKind.Tcp, false)]
    [InlineData(EndKind.FileStream, EndKind.Tcp, true)]
    [InlineData(EndKind.Tcp, EndKind.File, false)]
    [InlineData(EndKind.Pipe, EndKind.FileStream, true)]
    [InlineData(EndKind.File, EndKind.Device, true)]
    public void Copy_BetweenWhatCanBeSpliced_Splice(EndKind from, EndKind to, bool isAsync)
    {
        Content content = new(100_000, seed: 1);
        using CopySource source = new(from, NewPath(), content);
        using CopyDestination destination = new(to, NewPath());
        Task<bool> feeding = OnItsOwnThread(source.Feed);
        Task<Digest> collecting = OnItsOwnThread(() => destination.Collect(seed: 2));
        CopyResult result = Copy(isAsync, source.Endpoint, destination.Endpoint);
        result.Path.Should().HaveFlag(TransferPath.Splice);
        result.FallbackErrno.Should().Be(Errno.None);
        result.Statistics.PipeCapacity.Should().BePositive();
        result.Statistics.Fills.Should().BePositive();
        result.Statistics.BytesPerFill.Should().Be(content.Length / result.Statistics.Fills);
        destination.End();
        InTime(() => collecting.Result).Length.Should().Be(destination.Keeps ? content.Length : 0);
        InTime(() => feeding.Result).Should().BeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_FileToFileOfTheSameDisk_CopyFileRange(bool isAsync)
    {
        byte[] bytes = Bytes.Random(3_000_000);
        SafeFileHandle destination = FileOf([]);
        CopyResult result = Copy(isAsync, FileOf(bytes), destination);
        result.Path.Should().Be(TransferPath.CopyFileRange);
        result.FallbackErrno.Should().Be(Errno.None);
        ContentOf(destination).AsSpan().SequenceEqual(bytes).Should().BeTrue();
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_FileToFileOfAnotherDisk_ExdevAndSplice(bool isAsync)
    {
        const string Other = "/dev/shm";
        Skip.If(Shell.Run("stat", "-c", "%d", Folder).Text == Shell.Run("stat", "-c", "%d", Other).Text, $"{Folder} and {Other} are of one file system");
        byte[] bytes = Bytes.Random(3_000_000);
        SafeFileHandle source = FileOf(bytes);
        using SafeFileHandle middle = File.OpenHandle(
            Path.Combine(Other, Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
        SafeFileHandle destination = FileOf([]);
        CopyResult there = Copy(isAsync, source, middle);
        CopyResult back = Copy(isAsync, middle, destination, new() { SourceOffset = 0 });
        there.BytesCopied.Should().Be(bytes.Length);
        foreach (CopyResult result in (CopyResult[])[there, back])
        {
            result.Path.Should().Be(TransferPath.Splice);
            result.FallbackErrno.Should().Be(Errno.EXDEV);
        }

        ContentOf(destination).AsSpan().SequenceEqual(bytes).Should().BeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_Snapshot_ReadAndWritten(bool isAsync)
    {
        Pipe destination = NewPipe();
        CopyResult result = Copy(isAsync, FileOf("hello"u8.ToArray()), destination.WriteHandle, new() { Snapshot = true });
        result.Path.Should().HaveFlag(TransferPath.ReadWrite);
        result.FallbackErrno.Should().Be(Errno.None, "it was asked for");
        destination.ReadText().Should().Be("hello");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_NothingToCopy_None(bool isAsync)
    {
        CopyResult result = Copy(isAsync, FileOf([]), NewPipe().WriteHandle, new() { Prefix = "only this"u8.ToArray() });
        result.BytesCopied.Should().Be(0);
        result.Path.Should().Be(TransferPath.None);
        result.Statistics.Fills.Should().Be(0);
        result.Statistics.BytesPerFill.Should().Be(0);
    }

    /// <summary>A message now and then: it is read and sent, which is cheaper than to splice it twice. What is larger is spliced again.</summary>
    [Theory]
    [InlineData(EndKind.Tcp, EndKind.Unix)]
    [InlineData(EndKind.Unix, EndKind.Tcp)]
    public void CopyAsync_MessagesOfAllSizes_SmallOnesAreReadAndOthersSpliced(EndKind from, EndKind to)
    {
        SocketPair source = NewSockets(unix: from == EndKind.Unix);
        SocketPair destination = NewSockets(unix: to == EndKind.Unix);
        Task<CopyResult> copy = Started(isAsync: true, source.Near, destination.Near);
        int[] sizes = [1, 64, 8191, 8192, 8193, 100_000, 10, 20, 8192, 8192, 1, 50_000, 3];
        byte[] bytes = Bytes.Random(sizes.Max());
        foreach (int size in sizes)
        {
            Task sending = OnItsOwnThread(() => source.Far.Send(bytes.AsSpan(0, size)));
            destination.Far.ReceiveExactly(size).AsSpan().SequenceEqual(bytes.AsSpan(0, size)).Should().BeTrue();
            InTime(() => sending.Wait(Patience)).Should().BeTrue();
        }

        source.Far.Shutdown(SocketShutdown.Send);
        CopyResult result = InTime(() => copy.Result);
        result.BytesCopied.Should().Be(sizes.Sum());
        result.Path.Should().Be(TransferPath.Splice | TransferPath.ReadWrite);
        result.FallbackErrno.Should().Be(Errno.None);
    }

    /// <summary>A file has none that wait for it: what is written to one is not carried through the process.</summary>
    [Fact]
    public void CopyAsync_SmallMessagesToFile_AllSpliced()
    {
        SocketPair source = NewSockets();
        SafeFileHandle file = FileOf([]);
        TransferCounters counters = new();
        Task<CopyResult> copy = Started(isAsync: true, source.Near, file, new() { Counters = counters });
        for (int i = 1; i <= 20; i++)
        {
            source.Far.Send(Bytes.Random(10));
            Eventually(() => counters.BytesWritten == 10 * i, "it is written");
        }

        source.Far.Shutdown(SocketShutdown.Send);
        InTime(() => copy.Result).Path.Should().Be(TransferPath.Splice);
    }
}
