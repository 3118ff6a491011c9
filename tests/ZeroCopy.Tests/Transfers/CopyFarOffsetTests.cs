using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>Places in files, and counts, that are more than 31 or 32 bits. The files have holes, and take no room.</summary>
public sealed class CopyFarOffsetTests : CopyTest
{
    private const int Half = 60_000;
    private static readonly byte[] _bytes = Bytes.Random(2 * Half);

    public static TheoryData<long, bool> Boundaries { get; } = new()
    {
        { 1L << 31, false },
        { 1L << 31, true },
        { 1L << 32, false },
        { 1L << 32, true },
        { 1L << 40, false },
        { 1L << 40, true },
    };

    [Theory]
    [MemberData(nameof(Boundaries))]
    public void Copy_FromFileToFileAcrossABoundary_TheBytesThere(long boundary, bool isAsync)
    {
        SafeFileHandle destination = FileOf([]);
        CopyOptions options = new() { SourceOffset = boundary - Half, DestinationOffset = boundary - Half - 1, Length = _bytes.Length };
        Copy(isAsync, FileAround(boundary), destination, options).BytesCopied.Should().Be(_bytes.Length);
        MustHave(destination, boundary - Half - 1);
    }

    [Theory]
    [MemberData(nameof(Boundaries))]
    public void Copy_FromAndToFilesByWayOfAPipe_TheBytesThere(long boundary, bool isAsync)
    {
        foreach (bool snapshot in (bool[])[false, true])
        {
            Pipe pipe = NewPipe(1 << 20);
            SafeFileHandle destination = FileOf([]);
            CopyOptions options = new() { SourceOffset = boundary - Half, Snapshot = snapshot };
            Copy(isAsync, FileAround(boundary), pipe.WriteHandle, options).BytesCopied.Should().Be(_bytes.Length);
            pipe.WriteHandle.Dispose();
            Copy(isAsync, pipe.ReadHandle, destination, new() { DestinationOffset = boundary - Half }).BytesCopied.Should().Be(_bytes.Length);
            MustHave(destination, boundary - Half);
        }
    }

    [Theory]
    [MemberData(nameof(Boundaries))]
    public async Task Copy_FailsBeyondABoundary_ResumesThere(long boundary, bool isAsync)
    {
        SafeFileHandle source = FileAround(boundary);
        Pipe full = NewPipe(Environment.SystemPageSize);
        CopyOptions options = new() { SourceOffset = boundary - Half, Length = boundary };
        Task<CopyResult> copy = Started(isAsync, source, full.WriteHandle, options);
        byte[] first = await Reading(new FileStream(full.ReadHandle, FileAccess.Read, bufferSize: 0), most: Half + 1).WaitAsync(Patience);
        full.ReadHandle.Dispose();
        TransferException failed = (await FluentActions.Awaiting(() => copy.WaitAsync(Patience)).Should().ThrowAsync<TransferException>()).Which;
        failed.MustAccountFor(_bytes);
        first.MustBe(_bytes.AsSpan(0, first.Length));
        failed.Resume.SourceOffset.Should().Be(boundary - Half + failed.BytesRead);
        failed.Resume.Length.Should().Be(boundary - failed.BytesRead);
        Pipe rest = NewPipe(1 << 20);
        Copy(isAsync, source, rest.WriteHandle, failed.Resume).BytesCopied.Should().Be(_bytes.Length - failed.BytesRead);
        rest.Read().MustBe(_bytes.AsSpan((int)failed.BytesWritten));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_MoreThan32BitsOfBytes_CountsThemAll(bool isAsync)
    {
        const long Count = (1L << 32) + 12_345;
        SafeFileHandle zeroes = Own(Native.Open("/dev/zero", Native.O_RDONLY));
        SafeFileHandle nowhere = Own(Native.Open("/dev/null", Native.O_WRONLY));
        CopyOptions options = new() { Length = Count, Counters = new TransferCounters(), PipeCapacity = 1 << 20 };
        long copied = Copy(isAsync, zeroes, nowhere, options).BytesCopied;
        (copied, options.Counters.BytesRead, options.Counters.BytesWritten).Should().Be((Count, Count, Count));
    }

    private static void MustHave(SafeFileHandle file, long offset)
    {
        RandomAccess.GetLength(file).Should().Be(offset + _bytes.Length);
        byte[] there = new byte[_bytes.Length + 1];
        RandomAccess.Read(file, there, offset - 1).Should().Be(there.Length);
        there[0].Should().Be(0, "nothing was written before");
        there[1..].MustBe(_bytes);
    }

    private SafeFileHandle FileAround(long boundary)
    {
        SafeFileHandle file = FileOf([]);
        RandomAccess.Write(file, _bytes, boundary - Half);
        return file;
    }
}
