using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Regressions;

/// <summary>
/// Files of /proc and /sys have no length, or a wrong one, and which of them can be spliced has changed back and forth. A copy has their bytes in any case.
/// Programs that went by the size, or took EINVAL or a first 0 for the end, copied nothing or a part (uutils/coreutils#9609, Gallopsled/pwntools#1871,
/// topjohnwu/libsu#206).
/// </summary>
public sealed class FileWithoutASizeTests : TransferTest
{
    public static TheoryData<string, EndKind, bool> Unchanging() => Table(
        "/proc/version",
        "/proc/filesystems",
        "/proc/self/cmdline",
        "/proc/self/environ",
        "/proc/self/limits",
        "/proc/sys/kernel/ostype",
        "/sys/class/net/lo/mtu",
        "/sys/kernel/mm/transparent_hugepage/enabled");

    public static TheoryData<string, EndKind, bool> Changing() => Table(
        "/proc/self/status",
        "/proc/self/stat",
        "/proc/self/maps",
        "/proc/mounts",
        "/proc/self/mountinfo",
        "/proc/meminfo",
        "/proc/cpuinfo",
        "/proc/net/protocols",
        "/proc/self/net/dev");

    [SkippableTheory]
    [MemberData(nameof(Unchanging))]
    public void Copy_FileThatStaysTheSame_ItsBytes(string path, EndKind to, bool isAsync)
    {
        Skip.IfNot(File.Exists(path), $"{path} does not exist");
        Encoding.UTF8.GetString(BytesOf(path, to, isAsync)).Should().Be(File.ReadAllText(path));
    }

    [SkippableTheory]
    [MemberData(nameof(Changing))]
    public void Copy_FileThatChanges_StartsAndEndsAsItDoes(string path, EndKind to, bool isAsync)
    {
        Skip.IfNot(File.Exists(path), $"{path} does not exist");
        string expected = File.ReadAllText(path);
        string copied = Encoding.UTF8.GetString(BytesOf(path, to, isAsync));
        copied[..4].Should().Be(expected[..4]);
        copied[^1].Should().Be('\n');
        copied.Length.Should().BeCloseTo(expected.Length, (uint)expected.Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_PartOfAFileWithoutALength_Exactly(bool isAsync)
    {
        byte[] expected = File.ReadAllBytes("/proc/version");
        SafeFileHandle source = Own(Native.Open("/proc/version", Native.O_RDONLY));
        SafeFileHandle destination = FileOf([]);
        Copy(isAsync, source, destination, new() { SourceOffset = 2, Length = 5 }).BytesCopied.Should().Be(5);
        ContentOf(destination).Should().Equal(expected[2..7]);
        Native.Position(source).Should().Be(0);
    }

    /// <summary>The name of the first thread, which takes a write and no splice.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_IntoAFileOfProc_Arrives(bool isAsync)
    {
        const string Name = "/proc/self/comm";
        byte[] before = File.ReadAllBytes(Name);
        using SafeFileHandle destination = Native.Open(Name, Native.O_WRONLY);
        Copy(isAsync, FileOf("copied"u8.ToArray()), destination).BytesCopied.Should().Be(6);
        string after = File.ReadAllText(Name);
        File.WriteAllBytes(Name, before);
        after.Should().Be("copied\n");
    }

    private static TheoryData<string, EndKind, bool> Table(params string[] paths)
    {
        TheoryData<string, EndKind, bool> table = [];
        foreach (string path in paths)
        {
            foreach (EndKind to in (EndKind[])[EndKind.File, EndKind.Pipe, EndKind.Unix])
            {
                table.Add(path, to, p3: false);
                table.Add(path, to, p3: true);
            }
        }

        return table;
    }

    private byte[] BytesOf(string path, EndKind to, bool isAsync)
    {
        using SafeFileHandle source = Native.Open(path, Native.O_RDONLY);
        if (to == EndKind.File)
        {
            SafeFileHandle destination = FileOf([]);
            Copy(isAsync, source, destination);
            return ContentOf(destination);
        }

        // What is read from one of these is read by a second copy into a file.
        SocketPair sockets = NewSockets(unix: true);
        Pipe pipe = NewPipe();
        SafeFileHandle result = FileOf([]);
        Task<CopyResult> reading = to == EndKind.Pipe ? Started(isAsync, pipe.ReadHandle, result) : Started(isAsync, sockets.Far, result);
        long copied = (to == EndKind.Pipe ? Copy(isAsync, source, pipe.WriteHandle) : Copy(isAsync, source, sockets.Near)).BytesCopied;
        pipe.WriteHandle.Dispose();
        sockets.Near.Dispose();
        InTime(() => reading.Result).BytesCopied.Should().Be(copied);
        return ContentOf(result);
    }
}
