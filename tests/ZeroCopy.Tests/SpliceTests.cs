using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests;

public sealed class SpliceTests : KernelTest
{
    [Fact]
    public void Move_FileToPipeToFile_SameBytes()
    {
        byte[] bytes = Bytes.Random(50_000);
        using SafeFileHandle source = FileOf(bytes);
        using SafeFileHandle target = NewFile();
        Pipe pipe = NewPipe();
        Splice.Move(source, pipe.WriteHandle, bytes.Length).Should().Be(bytes.Length);
        Splice.Move(pipe.ReadHandle, target, bytes.Length).Should().Be(bytes.Length);
        ContentOf(target).Should().Equal(bytes);
    }

    [Fact]
    public void Move_PipeToPipe_SameBytesUpToTheCapacity()
    {
        Pipe source = NewPipe();
        Pipe target = NewPipe();
        byte[] bytes = Bytes.Random(source.Capacity);
        source.Write(bytes);
        Splice.Move(source.ReadHandle, target.WriteHandle, long.MaxValue).Should().Be(bytes.Length);
        source.BytesAvailable.Should().Be(0);
        target.Read(bytes.Length).Should().Equal(bytes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Move_SocketToPipeToSocket_SameBytes(bool unix)
    {
        SocketPair sockets = Own(unix ? SocketPair.Unix(PathOf("socket")) : SocketPair.Tcp());
        byte[] bytes = Bytes.Random(10_000);
        sockets.Far.Send(bytes);
        Pipe pipe = NewPipe();
        for (long left = bytes.Length; left > 0;)
        {
            long moved = InTime(() => Splice.Move(sockets.Near.SafeHandle, pipe.WriteHandle, left));
            Splice.Move(pipe.ReadHandle, sockets.Near.SafeHandle, moved).Should().Be(moved);
            left -= moved;
        }

        byte[] back = new byte[bytes.Length];
        InTime(() => new NetworkStream(sockets.Far).ReadAtLeast(back, back.Length)).Should().Be(bytes.Length);
        back.Should().Equal(bytes);
    }

    [Fact]
    public void Move_ThroughAUserFifo_SameBytes()
    {
        using SafeFileHandle fifo = Native.Open(Native.Fifo(PathOf("fifo")), Native.O_RDWR);
        Pipe pipe = NewPipe();
        pipe.Write("hello");
        Splice.Move(pipe.ReadHandle, fifo, 5).Should().Be(5);
        Splice.Move(fifo, pipe.WriteHandle, 5).Should().Be(5);
        pipe.ReadText().Should().Be("hello");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Move_FewerBytesThanTheFileHas_ExactlyThose(int count)
    {
        using SafeFileHandle source = FileOf("hello"u8.ToArray());
        Pipe pipe = NewPipe();
        Splice.Move(source, pipe.WriteHandle, count).Should().Be(count);
        pipe.BytesAvailable.Should().Be(count);
        pipe.WriteHandle.Dispose();
        pipe.ReadText().Should().Be("hello"[..count]);
    }

    [Fact]
    public void Move_OffsetIn_StartsThereAndLeavesThePosition()
    {
        using SafeFileHandle source = FileOf("0123456789"u8.ToArray());
        Native.Seek(source, 2);
        Pipe pipe = NewPipe();
        Splice.Move(source, 5, pipe.WriteHandle, null, 3).Should().Be(3);
        pipe.ReadText().Should().Be("567");
        Native.Position(source).Should().Be(2);
    }

    [Fact]
    public void Move_OffsetOut_StartsThereAndLeavesThePosition()
    {
        using SafeFileHandle target = NewFile();
        Pipe pipe = NewPipe();
        pipe.Write("hello");
        Splice.Move(pipe.ReadHandle, null, target, 3, 5).Should().Be(5);
        ContentOf(target).Should().Equal([0, 0, 0, .. "hello"u8]);
        Native.Position(target).Should().Be(0);
    }

    [Fact]
    public void Move_NoOffset_MovesThePosition()
    {
        using SafeFileHandle source = FileOf("0123456789"u8.ToArray());
        Pipe pipe = NewPipe();
        Splice.Move(source, pipe.WriteHandle, 4).Should().Be(4);
        Native.Position(source).Should().Be(4);
        Splice.Move(source, pipe.WriteHandle, 100).Should().Be(6);
        Native.Position(source).Should().Be(10);
        pipe.ReadText().Should().Be("0123456789");
    }

    [Fact]
    public void Move_OffsetInPastTheEnd_Zero()
    {
        using SafeFileHandle source = FileOf("hello"u8.ToArray());
        new SpliceCall(source, NewPipe().WriteHandle, OffsetIn: 1L << 40).MustReturnZero();
    }

    [Fact]
    public void Move_AtTheEndOfAFile_ZeroUntilItGrows()
    {
        using SafeFileHandle source = FileOf([]);
        Pipe pipe = NewPipe();
        new SpliceCall(source, pipe.WriteHandle).MustReturnZero();
        RandomAccess.Write(source, "abc"u8, 0);
        Splice.Move(source, pipe.WriteHandle, 10).Should().Be(3);
    }

    [Fact]
    public void Move_EmptyPipe_ZeroWithoutAWriterAndEagainWithOne()
    {
        Pipe source = NewPipe(nonBlocking: true);
        Pipe target = NewPipe();
        new SpliceCall(source.ReadHandle, target.WriteHandle).MustFail(Errno.EAGAIN);
        source.WriteHandle.Dispose();
        new SpliceCall(source.ReadHandle, target.WriteHandle).MustReturnZero();
    }

    [Fact]
    public void Move_SocketThatThePeerClosed_TheBytesAndThenZero()
    {
        SocketPair sockets = Own(SocketPair.Tcp());
        sockets.Far.Send("bye"u8);
        sockets.Far.Dispose();
        Pipe pipe = NewPipe();
        InTime(() => Splice.Move(sockets.Near.SafeHandle, pipe.WriteHandle, 100)).Should().Be(3);
        InTime(() => Splice.Move(sockets.Near.SafeHandle, pipe.WriteHandle, 100)).Should().Be(0);
    }

    [Fact]
    public void Move_MoreThanThePipeHolds_AsMuchAsItHolds()
    {
        Pipe pipe = NewPipe(Environment.SystemPageSize);
        byte[] bytes = Bytes.Random(3 * pipe.Capacity);
        using SafeFileHandle source = FileOf(bytes);
        Splice.Move(source, pipe.WriteHandle, bytes.Length).Should().Be(pipe.Capacity);
        pipe.Read().Should().Equal(bytes[..pipe.Capacity]);
    }

    [Fact]
    public void Move_OneByteAtATime_ThePipeIsFullWhenItsSlotsAre()
    {
        using SafeFileHandle source = FileOf(Bytes.Random(1000));
        Pipe pipe = NewPipe(nonBlocking: true);
        int slots = pipe.Capacity / Environment.SystemPageSize;
        int taken = 0;
        while (Splice.TryMove(source, pipe.WriteHandle, 1, SpliceFlags.None, out _) == Errno.None)
        {
            taken++;
        }

        taken.Should().Be(slots);
        pipe.BytesAvailable.Should().Be(slots);
    }

    /// <summary>Whether a kernel can splice from these has changed back and forth; either it does, or it says so and takes nothing.</summary>
    [SkippableTheory]
    [InlineData("/dev/zero")]
    [InlineData("/dev/urandom")]
    [InlineData("/proc/meminfo")]
    [InlineData("/proc/self/stat")]
    [InlineData("/proc/sys/kernel/ostype")]
    [InlineData("/sys/class/net/lo/mtu")]
    public void Move_FromAnOddFile_BytesOrEinval(string path)
    {
        Skip.IfNot(File.Exists(path), $"{path} does not exist");
        using SafeFileHandle source = Native.Open(path, Native.O_RDONLY);
        Pipe pipe = NewPipe();
        Errno errno = Splice.TryMove(source, pipe.WriteHandle, 100, SpliceFlags.None, out long moved);
        errno.Should().BeOneOf(Errno.None, Errno.EINVAL);
        pipe.BytesAvailable.Should().Be((int)moved);
        (moved > 0).Should().Be(errno == Errno.None);
    }

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/dev/zero")]
    public void Move_IntoADeviceThatDiscards_All(string path)
    {
        using SafeFileHandle target = Native.Open(path, Native.O_WRONLY);
        Pipe pipe = NewPipe().Full();
        Splice.Move(pipe.ReadHandle, target, pipe.Capacity).Should().Be(pipe.Capacity);
        pipe.BytesAvailable.Should().Be(0);
    }

    [Fact]
    public void Move_FromAFileOpenedForAppending_Bytes()
    {
        string path = PathOf("file");
        File.WriteAllText(path, "hello");
        using SafeFileHandle source = Native.Open(path, Native.O_RDWR | Native.O_APPEND);
        Splice.Move(source, NewPipe().WriteHandle, 100).Should().Be(5);
    }

    /// <summary>Standard input and output, as a process that is not this one has them: a handle of them is never owned.</summary>
    [Fact]
    public void Move_StandardDescriptors_BytesAndTheyStayOpen() =>
        Child.RunUnder("printf hello |", "standard-descriptors").Text.Should().Be("hello\nopen\n");

    [Theory]
    [InlineData(SpliceFlags.Move)]
    [InlineData(SpliceFlags.NonBlock)]
    [InlineData(SpliceFlags.More)]
    [InlineData(SpliceFlags.Gift)]
    public void Move_EachFlag_IsAccepted(SpliceFlags flag)
    {
        using SafeFileHandle source = FileOf("hello"u8.ToArray());
        Splice.Move(source, NewPipe().WriteHandle, 5, flag).Should().Be(5);
    }

    [Fact]
    public void Move_PeerOfOneThread_WakesTheOtherThatWaits()
    {
        Pipe source = NewPipe();
        Pipe target = NewPipe();
        Task<long> waiting = OnItsOwnThread(() => Splice.Move(source.ReadHandle, target.WriteHandle, 5));
        source.Write("hello");
        InTime(() => waiting.Result).Should().Be(5);
    }

    [Fact]
    public void Move_HandlesDisposedWhileACallWaits_NeitherHangsNorLeaks()
    {
        Pipe source = NewPipe();
        Pipe target = NewPipe();
        using ManualResetEventSlim started = new();
        Task<string> outcome = OnItsOwnThread(() =>
        {
            started.Set();
            try
            {
                return Splice.TryMove(source.ReadHandle, target.WriteHandle, 5, SpliceFlags.None, out _).ToString();
            }
            catch (ObjectDisposedException)
            {
                return "disposed before the call";
            }
        });
        started.Wait(Patience).Should().BeTrue();
        InTime(() =>
        {
            source.ReadHandle.Dispose();
            target.Dispose();
            source.WriteHandle.Dispose();
            return true;
        });
        InTime(() => outcome.Result).Should().BeOneOf("None", "EPIPE", "disposed before the call");
    }

    private static byte[] ContentOf(SafeFileHandle file)
    {
        byte[] content = new byte[RandomAccess.GetLength(file)];
        RandomAccess.Read(file, content, 0).Should().Be(content.Length);
        return content;
    }

    private SafeFileHandle NewFile() => FileOf([]);

    private SafeFileHandle FileOf(byte[] bytes)
    {
        string path = PathOf(Path.GetRandomFileName());
        File.WriteAllBytes(path, bytes);
        return File.OpenHandle(path, access: FileAccess.ReadWrite);
    }
}
