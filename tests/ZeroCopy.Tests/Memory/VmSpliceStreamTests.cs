using System.IO.Compression;
using System.Text;

namespace ZeroCopy.Tests.Memory;

/// <summary>The writer as a stream.</summary>
public sealed class VmSpliceStreamTests : VmSpliceWriterTest
{
    private const int FlushThreshold = 256 * 1024;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Write_MuchAtATime_FlushedByItself(bool isAsync)
    {
        Pipe pipe = NewPipe();
        VmSpliceWriter writer = NewWriter(pipe, VmSpliceMode.AnyReader);
        await using Stream stream = writer.AsStream(leaveOpen: true);
        Task reading = MustReadPlaced(pipe.ReadHandle, 5_000_000);
        byte[] bytes = PlacedBytes.Of(5_000_000);
        await (isAsync ? stream.WriteAsync(bytes).AsTask() : InBackground(() => stream.Write(bytes))).WaitAsync(Patience);
        writer.UnflushedBytes.Should().BeLessThan(FlushThreshold);
        await (isAsync ? stream.FlushAsync() : InBackground(stream.Flush)).WaitAsync(Patience);
        writer.UnflushedBytes.Should().Be(0);
        pipe.WriteHandle.Dispose();
        await reading.WaitAsync(Patience);
    }

    [Fact]
    public async Task Write_EachOverload_InOrder()
    {
        Pipe pipe = NewPipe();
        await using (Stream stream = new VmSpliceWriter(pipe.WriteHandle).AsStream())
        {
            stream.Write("-a-"u8.ToArray(), 1, 1);
            stream.Write("b"u8);
            stream.WriteByte((byte)'c');
            await stream.WriteAsync("-d-"u8.ToArray(), 1, 1, CancellationToken.None);
            await stream.WriteAsync("e"u8.ToArray().AsMemory());
            pipe.BytesAvailable.Should().Be(0);
        }

        pipe.ReadText().Should().Be("abcde");
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Dispose_LeaveOpenOrNot_FlushesAndDisposesTheWriterOrNot(bool isAsync, bool leaveOpen)
    {
        Pipe pipe = NewPipe();
        VmSpliceWriter writer = NewWriter(pipe, VmSpliceMode.AnyReader);
        Stream stream = writer.AsStream(leaveOpen);
        stream.Write("x"u8);
        for (int i = 0; i < 2; i++)
        {
            if (isAsync)
            {
                await stream.DisposeAsync();
            }
            else
            {
                stream.Dispose();
            }
        }

        pipe.ReadText().Should().Be("x");
        stream.CanWrite.Should().BeFalse();
        stream.Invoking(s => s.WriteByte(1)).Should().Throw<ObjectDisposedException>();
        stream.Invoking(s => s.Flush()).Should().Throw<ObjectDisposedException>();
        await FluentActions.Awaiting(() => stream.FlushAsync()).Should().ThrowAsync<ObjectDisposedException>();
        Action use = () => writer.GetMemory();
        if (leaveOpen)
        {
            use.Should().NotThrow();
        }
        else
        {
            use.Should().Throw<ObjectDisposedException>();
        }
    }

    [Fact]
    public async Task WriteAsync_Cancelled_WhatWasTakenIsStillThere()
    {
        Pipe pipe = NewPipe().Full();
        VmSpliceWriter writer = NewWriter(pipe, VmSpliceMode.AnyReader);
        await using Stream stream = writer.AsStream(leaveOpen: true);
        using CancellationTokenSource source = new();
        Task writing = stream.WriteAsync(new byte[OneMiB], source.Token).AsTask();
        writing.IsCompleted.Should().BeFalse();
        await source.CancelAsync();
        await FluentActions.Awaiting(() => writing.WaitAsync(Patience)).Should().ThrowAsync<OperationCanceledException>();
        writer.UnflushedBytes.Should().Be(FlushThreshold);
        await FluentActions.Awaiting(() => stream.WriteAsync(new byte[1], source.Token).AsTask()).Should().ThrowAsync<OperationCanceledException>();
        pipe.Read().Should().HaveCount(pipe.Capacity);
        Task<byte[]> reading = Reading(pipe.ReadHandle);
        await stream.FlushAsync().WaitAsync(Patience);
        pipe.WriteHandle.Dispose();
        (await reading.WaitAsync(Patience)).Should().HaveCount(FlushThreshold);
    }

    [Fact]
    public void WhatOnlyReadersOrFilesCan_NotSupported()
    {
        Pipe pipe = NewPipe();
        using Stream stream = new VmSpliceWriter(pipe.WriteHandle).AsStream();
        (stream.CanRead, stream.CanSeek, stream.CanWrite, stream.CanTimeout).Should().Be((false, false, true, false));
        stream.Invoking(s => s.Length).Should().Throw<NotSupportedException>();
        stream.Invoking(s => s.Position).Should().Throw<NotSupportedException>();
        stream.Invoking(s => s.Position = 1).Should().Throw<NotSupportedException>();
        stream.Invoking(s => s.Read(new byte[1], 0, 1)).Should().Throw<NotSupportedException>();
        stream.Invoking(s => s.Seek(0, SeekOrigin.Begin)).Should().Throw<NotSupportedException>();
        stream.Invoking(s => s.SetLength(0)).Should().Throw<NotSupportedException>();
        stream.Invoking(s => s.Write(new byte[1], 1, 1)).Should().Throw<ArgumentException>();
        stream.Invoking(s => s.Write(null!, 0, 0)).Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public async Task OtherWriters_OnIt_Work()
    {
        Pipe pipe = NewPipe();
        string text = string.Join('\n', Enumerable.Range(0, 200_000));
        Task<byte[]> reading = Reading(pipe.ReadHandle);
        await using (Stream stream = new VmSpliceWriter(pipe.WriteHandle).AsStream())
        await using (GZipStream zip = new(stream, CompressionLevel.NoCompression))
        await using (StreamWriter writer = new(zip))
        {
            await writer.WriteAsync(text).WaitAsync(Patience);
        }

        pipe.WriteHandle.Dispose();
        using StreamReader unzipped = new(new GZipStream(new MemoryStream(await reading.WaitAsync(Patience)), CompressionMode.Decompress), Encoding.UTF8);
        (await unzipped.ReadToEndAsync()).Should().Be(text);
    }
}
