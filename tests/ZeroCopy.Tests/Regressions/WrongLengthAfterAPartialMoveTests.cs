using Microsoft.Win32.SafeHandles;
using static ZeroCopy.Tests.Support.InjectedCopy;

namespace ZeroCopy.Tests.Regressions;

/// <summary>
/// A part was spliced, then the kernel refused, and what took over counted from the wrong place: bytes came twice, or more than were asked for
/// (uutils/coreutils#12315).
/// </summary>
public sealed class WrongLengthAfterAPartialMoveTests : TransferTest
{
    private static readonly byte[] _sent = Bytes.Random(200_000);

    /// <summary>A file that is made to append while it is copied to refuses from then on.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_DestinationRefusesAfterAPart_ExactlyTheRestIsWritten(bool isAsync)
    {
        string path = NewPath();
        Pipe source = NewPipe(1 << 20);
        using SafeFileHandle destination = Native.Open(path, Native.O_WRONLY | Native.O_CREAT);
        TransferCounters counters = new();
        Task<CopyResult> copy = Started(isAsync, source.ReadHandle, destination, new() { Length = 150_000, Counters = counters });
        source.Write(_sent[..50_000]);
        Eventually(() => counters.BytesWritten == 50_000, "they are spliced");
        Native.SetStatusFlags(destination, Native.O_APPEND);
        source.Write(_sent[50_000..]);
        CopyResult result = await copy.WaitAsync(Patience);
        result.BytesCopied.Should().Be(150_000);
        result.Path.Should().Be(TransferPath.Splice | TransferPath.ReadWrite);
        result.FallbackErrno.Should().Be(Errno.EINVAL);
        (await File.ReadAllBytesAsync(path)).MustBe(_sent.AsSpan(0, 150_000));
        source.Read().MustBe(_sent.AsSpan(150_000));
    }

    /// <summary>The first copy is to move half of it, the second the rest. Which of them meets the fault depends on how much is spliced at once.</summary>
    [SkippableTheory]
    [InlineData("socket", "socket", "EINVAL", 2)]
    [InlineData("socket", "file", "EPERM", 3)]
    [InlineData("socket", "socket", "ENOSYS", 4)]
    [InlineData("file", "socket", "EINVAL", 2)]
    [InlineData("file", "socket", "EINVAL", 3)]
    [InlineData("pipe", "socket", "EINVAL", 4)]
    [InlineData("pipe", "file", "EOPNOTSUPP", 2)]
    [InlineData("socket", "pipe", "EINVAL", 2)]
    public void Copy_LengthAndRefusedAfterAPart_ExactlyAsMuchEachTime(string source, string destination, string errno, int when) =>
        MustSay(Run([$"splice:error={errno}:when={when}"], source, destination, "limited"), "100000 *", "100000 *", "exact");
}
