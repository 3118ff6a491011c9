using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>
/// A FIFO that was opened while it had no writer is not called hung up by the kernel, however long one waits: only a read tells that it has ended.
/// </summary>
public sealed class CopyFifoTests : TransferTest
{
    [Theory]
    [InlineData("file", false)]
    [InlineData("file", true)]
    [InlineData("pipe", false)]
    [InlineData("pipe", true)]
    [InlineData("socket", false)]
    [InlineData("socket", true)]
    public void Copy_FifoOpenedWithoutAWriterHasBytes_EndsAfterThem(string kind, bool isAsync)
    {
        SafeFileHandle source = FifoWithoutAWriter("hello");
        TransferEndpoint destination = kind switch
        {
            "file" => FileOf([]),
            "pipe" => NewPipe().WriteHandle,
            _ => NewSockets().Near,
        };
        Copy(isAsync, source, destination).BytesCopied.Should().Be(5);
        Copy(isAsync, source, destination).BytesCopied.Should().Be(0, "it is at its end");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_FifoOpenedWithoutAWriterHasFewerBytesThanWanted_EndsAfterThem(bool isAsync)
    {
        SafeFileHandle destination = FileOf([]);
        Copy(isAsync, FifoWithoutAWriter("hello"), destination, new() { Length = 100 }).BytesCopied.Should().Be(5);
        ContentOf(destination).Should().Equal("hello"u8.ToArray());
    }

    /// <summary>Exactly as many bytes as a turn moves: there is nothing to wait for after it.</summary>
    [Theory]
    [InlineData(1024 * 1024, 1)]
    [InlineData(512 * 1024, 2)]
    [InlineData(64 * 1024, 16)]
    public async Task FanOutAsync_FifoOpenedWithoutAWriterHasTheBytesOfATurn_EndsAfterThem(int count, int sinkCount)
    {
        string text = new('x', count);
        TransferEndpoint[] sinks = [.. Enumerable.Range(0, sinkCount).Select(_ => (TransferEndpoint)Own(Native.Open("/dev/null", Native.O_WRONLY)))];
        FanOutResult result = await Transfer.FanOutAsync(FifoWithoutAWriter(text), sinks).WaitAsync(Patience);
        result.IsComplete.Should().BeTrue();
        result.BytesRead.Should().Be(count);
    }

    /// <summary>The reader that was there in time keeps the bytes until the other one is opened.</summary>
    private SafeFileHandle FifoWithoutAWriter(string text)
    {
        string path = Native.Fifo(NewPath());
        using SafeFileHandle inTime = Native.Open(path, Native.O_RDONLY | Native.O_NONBLOCK);
        Native.SetPipeSize(inTime, Math.Max(text.Length, Environment.SystemPageSize));
        using (SafeFileHandle writer = Native.Open(path, Native.O_WRONLY))
        {
            Native.Write(writer, System.Text.Encoding.ASCII.GetBytes(text)).Should().Be(text.Length);
        }

        return Own(Native.Open(path, Native.O_RDONLY | Native.O_NONBLOCK));
    }
}
