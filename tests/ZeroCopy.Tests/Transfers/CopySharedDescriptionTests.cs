using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>
/// The flag that makes a descriptor non-blocking is everybody's who has inherited or duplicated it: a copy sets it on no pipe, FIFO or terminal, and on
/// no socket that .NET does not know as one. It waits all the same without a thread, and without holding a pipe's lock.
/// </summary>
public sealed class CopySharedDescriptionTests : TransferTest
{
    private const int Much = 2 << 20;

    /// <summary>For what two connected sockets hold.</summary>
    private const int TooMuch = 20 << 20;

    public static TheoryData<string, bool> Kinds()
    {
        TheoryData<string, bool> kinds = [];
        foreach (string kind in (string[])["pipe", "fifo", "terminal", "master of a terminal", "tcp", "unix"])
        {
            kinds.Add(kind, p2: false);
            kinds.Add(kind, p2: true);
        }

        return kinds;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Copy_FromABlockingDescriptorOfOthers_StaysBlocking(string kind, bool isAsync)
    {
        (SafeFileHandle source, SafeFileHandle other) = Ends(kind, TransferSide.Source);
        int flags = Native.StatusFlags(source);
        (flags & Native.O_NONBLOCK).Should().Be(0, "that is what this is about");
        SafeFileHandle destination = FileOf([]);
        Task<CopyResult> copy = Started(isAsync, source, destination, new() { Length = 5 });
        MustRest(copy);
        Native.StatusFlags(source).Should().Be(flags, "it waits without the flag");
        Native.Write(other, "hello"u8).Should().Be(5);
        InTime(() => copy.Result).BytesCopied.Should().Be(5);
        ContentOf(destination).Should().Equal("hello"u8.ToArray());
        Native.StatusFlags(source).Should().Be(flags);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Copy_MuchFromABlockingDescriptorOfOthers_SameBytes(string kind, bool isAsync)
    {
        byte[] bytes = Bytes.Random(Much);
        (SafeFileHandle source, SafeFileHandle other) = Ends(kind, TransferSide.Source);
        SafeFileHandle destination = FileOf([]);
        using FileStream writer = new(other, FileAccess.Write, bufferSize: 0);
        Task<bool> writing = OnItsOwnThread(() =>
        {
            writer.Write(bytes);
            return true;
        });
        Copy(isAsync, source, destination, new() { Length = Much }).BytesCopied.Should().Be(Much);
        InTime(() => writing.Result).Should().BeTrue();
        ContentOf(destination).AsSpan().SequenceEqual(bytes).Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Copy_MuchIntoABlockingDescriptorOfOthers_StaysBlockingAndSameBytes(string kind, bool isAsync)
    {
        byte[] bytes = Bytes.Random(TooMuch);
        byte[] arrived = new byte[TooMuch];
        (SafeFileHandle destination, SafeFileHandle other) = Ends(kind, TransferSide.Destination);
        int flags = Native.StatusFlags(destination);
        (flags & Native.O_NONBLOCK).Should().Be(0, "that is what this is about");
        TransferCounters counters = new();
        Task<CopyResult> copy = Started(isAsync, FileOf(bytes), destination, new() { Counters = counters });
        Eventually(() => counters.BytesWritten > 0, "it gets as far as it can");
        MustRest(copy);
        Native.StatusFlags(destination).Should().Be(flags, "it waits without the flag");
        using FileStream reader = new(other, FileAccess.Read, bufferSize: 0);
        InTime(() => reader.ReadAtLeast(arrived, TooMuch)).Should().Be(TooMuch);
        InTime(() => copy.Result).BytesCopied.Should().Be(TooMuch);
        arrived.AsSpan().SequenceEqual(bytes).Should().BeTrue();
        Native.StatusFlags(destination).Should().Be(flags);
    }

    /// <summary>The end that is copied from or to, as a process has it that was started with it, and the one behind it.</summary>
    private (SafeFileHandle End, SafeFileHandle Other) Ends(string kind, TransferSide side)
    {
        switch (kind)
        {
            case "pipe":
                Pipe pipe = NewPipe();
                return side == TransferSide.Source ? (pipe.ReadHandle, pipe.WriteHandle) : (pipe.WriteHandle, pipe.ReadHandle);

            case "fifo":
                string path = Native.Fifo(NewPath());
                using (Native.Open(path, Native.O_RDWR))
                {
                    SafeFileHandle reader = Own(Native.Open(path, Native.O_RDONLY));
                    SafeFileHandle writer = Own(Native.Open(path, Native.O_WRONLY));
                    return side == TransferSide.Source ? (reader, writer) : (writer, reader);
                }

            case "terminal" or "master of a terminal":
                (SafeFileHandle master, SafeFileHandle terminal) = Native.RawTerminal();
                Own(master);
                Own(terminal);
                return kind == "terminal" ? (terminal, master) : (master, terminal);

            default:
                SocketPair sockets = NewSockets(unix: kind == "unix");
                return (Own(Native.Duplicate(sockets.Near.SafeHandle)), Own(Native.Duplicate(sockets.Far.SafeHandle)));
        }
    }
}
