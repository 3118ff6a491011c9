using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Regressions;

/// <summary>
/// Into a file that was opened for appending, as the shell opens it for two angle brackets, the kernel does not splice: a fast way that did not know gave
/// EINVAL or no output (uutils/coreutils#2017). What takes over must append, and not write where the position is.
/// </summary>
public sealed class TargetThatAppendsTests : TransferTest
{
    /// <summary>As the shell opens it for <c>>></c>.</summary>
    [Theory]
    [InlineData(EndKind.File, false)]
    [InlineData(EndKind.File, true)]
    [InlineData(EndKind.Pipe, false)]
    [InlineData(EndKind.Pipe, true)]
    [InlineData(EndKind.Tcp, true)]
    public void Copy_ToAFileThatAppends_ReadAndWrittenAtItsEnd(EndKind from, bool isAsync)
    {
        Content content = new(200_000, seed: 3);
        string path = NewPath();
        File.WriteAllText(path, "old ");
        using SafeFileHandle destination = Native.Open(path, Native.O_WRONLY | Native.O_APPEND);
        using CopySource source = new(from, NewPath(), content);
        Task<bool> feeding = OnItsOwnThread(source.Feed);
        CopyResult result = Copy(isAsync, source.Endpoint, destination, new() { Prefix = "new "u8.ToArray() });
        result.BytesCopied.Should().Be(content.Length);
        result.Path.Should().HaveFlag(TransferPath.ReadWrite);
        result.FallbackErrno.Should().BeOneOf(Errno.EINVAL, Errno.EBADF);
        InTime(() => feeding.Result).Should().BeTrue();
        byte[] written = File.ReadAllBytes(path);
        written.AsSpan(0, 8).SequenceEqual("old new "u8).Should().BeTrue();
        Digest.Of([written.AsMemory(8)]).Should().Be(content.Digest);
    }

    /// <summary>Two programs with one log file: each line is behind the one before it, and none is written over.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_SomebodyElseAppendsMeanwhile_NothingIsWrittenOver(bool isAsync)
    {
        string path = NewPath();
        Pipe source = NewPipe();
        using SafeFileHandle destination = Native.Open(path, Native.O_WRONLY | Native.O_CREAT | Native.O_APPEND);
        using SafeFileHandle other = Native.Open(path, Native.O_WRONLY | Native.O_APPEND);
        TransferCounters counters = new();
        Task<CopyResult> copy = Started(isAsync, source.ReadHandle, destination, new() { Counters = counters });
        string expected = string.Empty;
        for (int i = 0; i < 20; i++)
        {
            long before = counters.BytesWritten;
            string line = $"copied {i}\n";
            source.Write(line);
            Eventually(() => counters.BytesWritten == before + line.Length, "it is copied");
            Native.Write(other, "other\n"u8).Should().Be(6);
            expected += line + "other\n";
        }

        source.WriteHandle.Dispose();
        await copy.WaitAsync(Patience);
        (await File.ReadAllTextAsync(path)).Should().Be(expected);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FanOut_OneSinkAppends_AllHaveAllOfIt(bool isAsync)
    {
        byte[] bytes = Bytes.Random(500_000);
        string path = NewPath();
        await File.WriteAllTextAsync(path, "old ");
        using SafeFileHandle appending = Native.Open(path, Native.O_WRONLY | Native.O_APPEND);
        SafeFileHandle other = FileOf([]);
        SocketPair source = NewSockets();
        Task sending = InBackground(() =>
        {
            source.Far.Send(bytes);
            source.Far.Shutdown(SocketShutdown.Send);
        });
        FanOutResult result = isAsync ? await Transfer.FanOutAsync(source.Near, [appending, other]).WaitAsync(Patience)
            : InTime(() => Transfer.FanOut(source.Near, [appending, other]));
        result.IsComplete.Should().BeTrue();
        result.Sinks[1].FallbackErrno.Should().Be(Errno.None, "the other one can be spliced to");
        await sending.WaitAsync(Patience);
        (await File.ReadAllBytesAsync(path)).MustBe([.. "old "u8, .. bytes]);
        ContentOf(other).MustBe(bytes);
    }
}
