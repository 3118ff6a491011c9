using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Processes.Tests.Transfers;

/// <summary>Files that a process serves: they are read and written by asking it, and it may go at any time.</summary>
public sealed class FuseTests : CopyTest
{
    /// <summary>Much more than is read ahead.</summary>
    private const int Much = 32 << 20;

    private static readonly byte[] _sent = Bytes.Random(3_000_001);

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_FromAndToFilesOfFuse_SameBytes(bool isAsync)
    {
        using FuseMount mount = new(Folder);
        using SafeFileHandle first = Open(mount, "first", FileMode.CreateNew);
        using SafeFileHandle second = Open(mount, "second", FileMode.CreateNew);
        using SafeFileHandle outside = FileOf([]);
        SocketPair sockets = NewSockets();
        SocketPair back = NewSockets();

        Task sending = InBackground(() =>
        {
            sockets.Far.Send(_sent);
            sockets.Far.Shutdown(SocketShutdown.Send);
        });
        Copy(isAsync, sockets.Near, first, new CopyOptions { DestinationOffset = 0 }).BytesCopied.Should().Be(_sent.Length);
        await sending.WaitAsync(Patience);
        ContentOf(first).MustBe(_sent);

        Copy(isAsync, first, second, new CopyOptions { SourceOffset = 0 }).BytesCopied.Should().Be(_sent.Length);
        ContentOf(second).MustBe(_sent);

        Copy(isAsync, second, outside, new CopyOptions { SourceOffset = 0 }).BytesCopied.Should().Be(_sent.Length);
        ContentOf(outside).MustBe(_sent);

        Task<byte[]> arriving = OnItsOwnThread(() => back.Far.ReceiveExactly(_sent.Length));
        Copy(isAsync, first, back.Near, new CopyOptions { SourceOffset = 0 }).BytesCopied.Should().Be(_sent.Length);
        (await arriving.WaitAsync(Patience)).MustBe(_sent);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_ServerOfTheSourceIsKilled_FailsWithEveryByteAccountedFor(bool isAsync)
    {
        byte[] bytes = Bytes.Random(Much);
        using FuseMount mount = new(Folder);
        File.WriteAllBytes(Path.Combine(mount.Served, "much"), bytes);
        using SafeFileHandle source = Open(mount, "much", FileMode.Open);
        SocketPair sink = NewSockets();
        TransferCounters counters = new();
        Task<CopyResult> copy = Started(isAsync, source, sink.Near, new CopyOptions { Counters = counters });
        Eventually(() => counters.BytesWritten > 0, "it has begun");
        mount.Kill();
        Task<byte[]> arriving = OnItsOwnThread(() => sink.Far.ReceiveToEnd());
        TransferException failed = (await MustFail(copy, TransferSide.Source, Errno.ENOTCONN, Errno.ECONNABORTED, Errno.EIO)).MustAccountFor(bytes);
        sink.Near.Shutdown(SocketShutdown.Send);
        (await arriving.WaitAsync(Patience)).MustBe(bytes.AsSpan(0, (int)failed.BytesWritten));
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_ServerOfTheDestinationIsKilled_FailsWithEveryByteAccountedFor(bool isAsync)
    {
        using FuseMount mount = new(Folder);
        using SafeFileHandle destination = Open(mount, "first", FileMode.CreateNew);
        SocketPair source = NewSockets();
        Task<CopyResult> copy = Started(isAsync, source.Near, destination);
        source.Far.Send(_sent.AsSpan(0, 1000));
        Eventually(() => RandomAccess.GetLength(destination) == 1000, "it has begun");
        mount.Kill();
        source.Far.Send(_sent.AsSpan(1000, 1000));
        TransferException failed = (await MustFail(copy, TransferSide.Destination, Errno.ENOTCONN, Errno.ECONNABORTED, Errno.EIO)).MustAccountFor(_sent);
        failed.BytesWritten.Should().Be(1000);
        failed.Undelivered.Length.Should().Be(1000);
    }

    private static SafeFileHandle Open(FuseMount mount, string name, FileMode mode) =>
        File.OpenHandle(Path.Combine(mount.Path, name), mode, FileAccess.ReadWrite, FileShare.ReadWrite);
}
