using System.IO.MemoryMappedFiles;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>A file that is changed while its bytes are on their way: what arrives may change with it, unless a snapshot was asked for.</summary>
public sealed class CopyMutationTests : TransferTest
{
    private const byte Old = (byte)'A';
    private const byte New = (byte)'B';
    private static readonly int _size = Environment.SystemPageSize;

    public static TheoryData<EndKind, string, bool> Changes()
    {
        TheoryData<EndKind, string, bool> changes = [];
        foreach (EndKind destination in (EndKind[])[EndKind.Pipe, EndKind.Tcp, EndKind.Unix])
        {
            foreach (string change in (string[])["write", "write to the map", "truncate", "truncate in the middle", "delete"])
            {
                changes.Add(destination, change, p3: false);
                changes.Add(destination, change, p3: true);
            }
        }

        return changes;
    }

    /// <summary>A kernel that copies where others refer to the file's pages is right too, so this holds nobody to the hazard.</summary>
    [Theory]
    [MemberData(nameof(Changes))]
    public void Copy_FileThatIsChangedBeforeItIsRead_OldOrChangedBytes(EndKind destination, string change, bool isAsync) =>
        ArriveAfter(destination, change, isAsync, snapshot: false).Should().HaveCount(_size)
            .And.OnlyContain(value => value == Old || value == New || value == 0);

    [Theory]
    [MemberData(nameof(Changes))]
    public void Copy_SnapshotOfAFileThatIsChangedBeforeItIsRead_OldBytes(EndKind destination, string change, bool isAsync) =>
        ArriveAfter(destination, change, isAsync, snapshot: true).Should().HaveCount(_size).And.OnlyContain(value => value == Old);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_SnapshotOfAFileThatIsChangedWhileTheDestinationIsFull_OldBytesOfWhatWasRead(bool isAsync)
    {
        string path = NewPath();
        File.WriteAllBytes(path, [.. Enumerable.Repeat(Old, 1 << 20)]);
        using SafeFileHandle source = Native.Open(path, Native.O_RDONLY);
        Pipe destination = NewPipe();
        TransferCounters counters = new();
        Task<CopyResult> copy = Started(isAsync, source, destination.WriteHandle, new() { Snapshot = true, Counters = counters });
        Eventually(() => counters.BytesWritten == destination.Capacity && counters.BytesRead > counters.BytesWritten, "it gets as far as it can");
        int taken = (int)counters.BytesRead;
        Change(path, "truncate");
        using FileStream reader = new(destination.ReadHandle, FileAccess.Read, bufferSize: 0);
        byte[] arrived = new byte[taken];
        InTime(() => reader.ReadAtLeast(arrived, taken)).Should().Be(taken);
        arrived.Should().OnlyContain(value => value == Old);
        InTime(() => copy.Result).BytesCopied.Should().Be(taken);
    }

    /// <summary>Into a file bytes are always copied.</summary>
    [Theory]
    [InlineData("/tmp", false)]
    [InlineData("/tmp", true)]
    [InlineData("/dev/shm", false)]
    [InlineData("/dev/shm", true)]
    public void Copy_FileToFile_StaysAsItWasWhenTheSourceChanges(string folder, bool isAsync)
    {
        string source = NewPath();
        File.WriteAllBytes(source, [.. Enumerable.Repeat(Old, _size)]);
        using SafeFileHandle from = Native.Open(source, Native.O_RDONLY);
        using FileStream to = new(
            Path.Combine(folder, Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, 0, FileOptions.DeleteOnClose);
        Copy(isAsync, from, to);
        Change(source, "write to the map");
        ContentOf(to.SafeFileHandle).Should().HaveCount(_size).And.OnlyContain(value => value == Old);
    }

    private static void Change(string path, string change)
    {
        switch (change)
        {
            case "write":
                File.WriteAllBytes(path, [.. Enumerable.Repeat(New, _size)]);
                break;
            case "write to the map":
                using (MemoryMappedFile map = MemoryMappedFile.CreateFromFile(path))
                using (MemoryMappedViewAccessor view = map.CreateViewAccessor())
                {
                    view.WriteArray(0, Enumerable.Repeat(New, _size).ToArray(), 0, _size);
                }

                break;
            case "delete":
                File.Delete(path);
                break;
            default:
                using (FileStream file = File.OpenWrite(path))
                {
                    file.SetLength(change == "truncate" ? 0 : _size / 2);
                }

                break;
        }
    }

    private byte[] ArriveAfter(EndKind destination, string change, bool isAsync, bool snapshot)
    {
        string path = NewPath();
        File.WriteAllBytes(path, [.. Enumerable.Repeat(Old, _size)]);
        using SafeFileHandle source = Native.Open(path, Native.O_RDONLY);
        byte[] arrived = new byte[_size];
        CopyOptions options = new() { Snapshot = snapshot };
        if (destination == EndKind.Pipe)
        {
            Pipe pipe = NewPipe();
            Copy(isAsync, source, pipe.WriteHandle, options).BytesCopied.Should().Be(_size);
            Change(path, change);
            pipe.WriteHandle.Dispose();
            return pipe.Read();
        }

        SocketPair sockets = NewSockets(unix: destination == EndKind.Unix);
        Copy(isAsync, source, sockets.Near, options).BytesCopied.Should().Be(_size);
        Change(path, change);
        InTime(() => new NetworkStream(sockets.Far).ReadAtLeast(arrived, _size)).Should().Be(_size);
        return arrived;
    }
}
