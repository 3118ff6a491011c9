using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>
/// What Go tests of its own copies from and to files (os/readfrom_linux_test.go and os/writeto_linux_test.go), in the words of this library.
/// </summary>
public sealed class CopyGoFileTests : TransferTest
{
    public static TheoryData<int, int, bool> SizesAndLimits()
    {
        TheoryData<int, int, bool> all = [];
        foreach (int size in (int[])[1, 42, 1025, Environment.SystemPageSize + 1, 32769])
        {
            foreach (int limit in new[] { size - 1, size / 2, size, size + 1, 2 * size }.Distinct())
            {
                all.Add(size, limit, p3: false);
                all.Add(size, limit, p3: true);
            }
        }

        return all;
    }

    /// <summary>From a connection into a file.</summary>
    [Theory]
    [MemberData(nameof(SizesAndLimits))]
    public void Copy_ConnectionToFile_UpToTheLimit(int size, int limit, bool isAsync)
    {
        byte[] bytes = Bytes.Random(size);
        foreach (bool unix in (bool[])[false, true])
        {
            SocketPair source = NewSockets(unix);
            source.Far.Send(bytes).Should().Be(size);
            source.Far.Shutdown(SocketShutdown.Send);
            SafeFileHandle destination = FileOf([]);
            CopyResult result = Copy(isAsync, source.Near, destination, new() { Length = limit });
            result.BytesCopied.Should().Be(Math.Min(size, limit));
            result.Path.Should().Be(limit == 0 ? TransferPath.None : TransferPath.Splice);
            ContentOf(destination).Should().Equal(bytes[..Math.Min(size, limit)]);
            Native.Position(destination).Should().Be(Math.Min(size, limit));
        }
    }

    /// <summary>From a file into a connection.</summary>
    [Theory]
    [MemberData(nameof(SizesAndLimits))]
    public void Copy_FileToConnection_UpToTheLimit(int size, int limit, bool isAsync)
    {
        byte[] bytes = Bytes.Random(size);
        int expected = Math.Min(size, limit);
        foreach (bool unix in (bool[])[false, true])
        {
            SocketPair destination = NewSockets(unix);
            SafeFileHandle source = FileOf(bytes);
            CopyResult result = Copy(isAsync, source, destination.Near, new() { Length = limit });
            result.BytesCopied.Should().Be(expected);
            result.Path.Should().Be(limit == 0 ? TransferPath.None : TransferPath.Splice);
            Native.Position(source).Should().Be(expected);
            destination.Near.Shutdown(SocketShutdown.Send);
            using NetworkStream stream = new(destination.Far);
            InTime(() => Digest.OfRest(stream, seed: size)).Should().Be(Digest.Of([bytes.AsMemory(0, expected)]));
        }
    }

    [Theory]
    [MemberData(nameof(SizesAndLimits))]
    public void Copy_FileToFile_UpToTheLimit(int size, int limit, bool isAsync)
    {
        byte[] bytes = Bytes.Random(size);
        int expected = Math.Min(size, limit);
        SafeFileHandle source = FileOf(bytes);
        SafeFileHandle destination = FileOf([]);
        CopyResult result = Copy(isAsync, source, destination, new() { Length = limit });
        result.BytesCopied.Should().Be(expected);
        result.Path.Should().Be(limit == 0 ? TransferPath.None : TransferPath.CopyFileRange);
        ContentOf(destination).Should().Equal(bytes[..expected]);
        Native.Position(source).Should().Be(expected);
        Native.Position(destination).Should().Be(expected);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_FileToFileThatAppends_NotByCopyFileRange(bool isAsync)
    {
        string path = NewPath();
        File.WriteAllText(path, "contents: ");
        using SafeFileHandle destination = Native.Open(path, Native.O_RDWR | Native.O_APPEND);
        CopyResult result = Copy(isAsync, FileOf("appended"u8.ToArray()), destination);
        result.Path.Should().NotHaveFlag(TransferPath.CopyFileRange);
        File.ReadAllText(path).Should().Be("contents: appended");
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Copy_NotBothAreRegularFiles_NotByCopyFileRange(bool isSourcePipe, bool isDestinationPipe)
    {
        foreach (bool isAsync in (bool[])[false, true])
        {
            Pipe source = PipeOf("hello");
            source.WriteHandle.Dispose();
            Pipe destination = NewPipe();
            SafeFileHandle file = FileOf([]);
            CopyResult result = Copy(
                isAsync, isSourcePipe ? source.ReadHandle : FileOf("hello"u8.ToArray()), isDestinationPipe ? destination.WriteHandle : file);
            result.BytesCopied.Should().Be(5);
            result.Path.Should().Be(TransferPath.Splice);
            (isDestinationPipe ? destination.ReadText() : System.Text.Encoding.ASCII.GetString(ContentOf(file))).Should().Be("hello");
        }
    }
}
