using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests;

public sealed class SpliceErrnoTests : KernelTest
{
    private const int PastAnyDescriptor = 1 << 20;

    [Theory]
    [InlineData(-1)]
    [InlineData(PastAnyDescriptor)]
    public void Move_HandleWithoutADescriptor_Ebadf(int fd)
    {
        Pipe pipe = NewPipe();
        using SafeFileHandle foreign = new(fd, ownsHandle: false);
        new SpliceCall(foreign, pipe.WriteHandle).MustFail(Errno.EBADF);
        new SpliceCall(pipe.ReadHandle, foreign).MustFail(Errno.EBADF);
    }

    [Fact]
    public void Move_FromAWriteEnd_Ebadf() => new SpliceCall(NewPipe().WriteHandle, NewPipe().WriteHandle).MustFail(Errno.EBADF);

    [Fact]
    public void Move_IntoAReadEnd_Ebadf() => new SpliceCall(NewPipe().ReadHandle, NewPipe().ReadHandle).MustFail(Errno.EBADF);

    [Fact]
    public void Move_FromAWriteOnlyFile_Ebadf() => new SpliceCall(NewFile(Native.O_WRONLY), NewPipe().WriteHandle).MustFail(Errno.EBADF);

    [Fact]
    public void Move_IntoAReadOnlyFile_Ebadf() => new SpliceCall(PipeOf("x").ReadHandle, NewFile(Native.O_RDONLY)).MustFail(Errno.EBADF);

    [Fact]
    public void Move_FromAnOPathDescriptor_Ebadf() =>
        new SpliceCall(Own(Native.Open("/etc", Native.O_PATH)), NewPipe().WriteHandle).MustFail(Errno.EBADF);

    [Fact]
    public void Move_IntoAnOPathDescriptor_Ebadf() =>
        new SpliceCall(PipeOf("x").ReadHandle, Own(Native.Open("/etc", Native.O_PATH))).MustFail(Errno.EBADF);

    [Fact]
    public void Move_FileToFile_Einval() => new SpliceCall(NewFile(Native.O_RDWR), NewFile(Native.O_RDWR)).MustFail(Errno.EINVAL);

    [Fact]
    public void Move_APipeToItself_Einval()
    {
        Pipe pipe = PipeOf("x");
        new SpliceCall(pipe.ReadHandle, pipe.WriteHandle).MustFail(Errno.EINVAL);
    }

    [Fact]
    public void Move_OneFifoOpenedTwice_Einval()
    {
        string fifo = Native.Fifo(PathOf("fifo"));
        SafeFileHandle both = Own(Native.Open(fifo, Native.O_RDWR));
        SafeFileHandle read = Own(Native.Open(fifo, Native.O_RDONLY));
        new SpliceCall(read, both).MustFail(Errno.EINVAL);
        new SpliceCall(both, both).MustFail(Errno.EINVAL);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0L)]
    public void Move_IntoAFileOpenedForAppending_Einval(long? offset)
    {
        Pipe pipe = PipeOf("kept");
        new SpliceCall(pipe.ReadHandle, NewFile(Native.O_WRONLY | Native.O_APPEND), OffsetOut: offset).MustFail(Errno.EINVAL);
        pipe.ReadText().Should().Be("kept");
    }

    [Theory]
    [InlineData(0x10u)]
    [InlineData(0x80000000u)]
    public void Move_UnknownFlag_Einval(uint flag) =>
        new SpliceCall(PipeOf("x").ReadHandle, NewPipe().WriteHandle, Flags: (SpliceFlags)flag).MustFail(Errno.EINVAL);

    [Fact]
    public void Move_OffsetOfAPipe_Espipe()
    {
        SafeFileHandle file = NewFile(Native.O_RDWR);
        new SpliceCall(PipeOf("x").ReadHandle, file, OffsetIn: 0).MustFail(Errno.ESPIPE);
        new SpliceCall(file, NewPipe().WriteHandle, OffsetOut: 0).MustFail(Errno.ESPIPE);
    }

    [Fact]
    public void Move_OffsetOfASocket_Einval()
    {
        SocketPair sockets = Own(SocketPair.Tcp());
        new SpliceCall(sockets.Near.SafeHandle, NewPipe().WriteHandle, OffsetIn: 0).MustFail(Errno.EINVAL);
        new SpliceCall(PipeOf("x").ReadHandle, sockets.Near.SafeHandle, OffsetOut: 0).MustFail(Errno.EINVAL);
    }

    [Fact]
    public void Move_OffsetPlusLengthOutOfRange_Einval() =>
        new SpliceCall(NewFile(Native.O_RDWR), NewPipe().WriteHandle, Len: 5, OffsetIn: long.MaxValue).MustFail(Errno.EINVAL);

    [Fact]
    public void Move_OffsetPastWhatAFileCanBe_Efbig() =>
        new SpliceCall(PipeOf("x").ReadHandle, NewFile(Native.O_RDWR), OffsetOut: long.MaxValue - 100).MustFail(Errno.EFBIG);

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/proc/self/maps")]
    [InlineData("/tmp")]
    public void Move_FromWhatCannotBeSpliced_Einval(string path) =>
        new SpliceCall(Own(Native.Open(path, Native.O_RDONLY)), NewPipe().WriteHandle).MustFail(Errno.EINVAL);

    [Fact]
    public void Move_FromAnEventOrEpollDescriptor_Einval()
    {
        new SpliceCall(Own(Native.EventFd()), NewPipe().WriteHandle).MustFail(Errno.EINVAL);
        new SpliceCall(Own(Native.Epoll()), NewPipe().WriteHandle).MustFail(Errno.EINVAL);
    }

    [Fact]
    public void Move_IntoDevFull_EinvalAndTheBytesStay()
    {
        Pipe pipe = PipeOf("kept");
        new SpliceCall(pipe.ReadHandle, Own(Native.Open("/dev/full", Native.O_WRONLY))).MustFail(Errno.EINVAL);
        pipe.ReadText().Should().Be("kept");
    }

    [Fact]
    public void Move_FromAnEmptyPipeNonBlocking_Eagain() =>
        new SpliceCall(NewPipe().ReadHandle, NewPipe().WriteHandle, Flags: SpliceFlags.NonBlock).MustFail(Errno.EAGAIN);

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Move_EitherPipeIsNonBlocking_Eagain(bool nonBlockingIn, bool nonBlockingOut) =>
        new SpliceCall(NewPipe(nonBlocking: nonBlockingIn).ReadHandle, NewPipe(nonBlocking: nonBlockingOut).WriteHandle).MustFail(Errno.EAGAIN);

    [Fact]
    public void Move_IntoAFullPipeNonBlocking_Eagain() =>
        new SpliceCall(PipeOf("x").ReadHandle, NewPipe().Full().WriteHandle, Flags: SpliceFlags.NonBlock).MustFail(Errno.EAGAIN);

    [Fact]
    public void Move_FromANonBlockingSocketWithoutData_Eagain()
    {
        SocketPair sockets = Own(SocketPair.Tcp());
        sockets.Near.Blocking = false;
        new SpliceCall(sockets.Near.SafeHandle, NewPipe().WriteHandle, Flags: SpliceFlags.NonBlock).MustFail(Errno.EAGAIN);
    }

    [Fact]
    public void Move_ReceiveTimeoutOfABlockingSocket_Eagain()
    {
        SocketPair sockets = Own(SocketPair.Tcp());
        sockets.Near.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReceiveTimeout, 50);
        SpliceCall call = new(sockets.Near.SafeHandle, NewPipe().WriteHandle);
        InTime(() => call.Try(out _)).Should().Be(Errno.EAGAIN);
    }

    [Fact]
    public void Move_SendTimeoutOfABlockingSocket_Eagain()
    {
        SocketPair sockets = Own(SocketPair.Unix(PathOf("socket")));
        sockets.Near.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.SendTimeout, 50);
        FluentActions.Invoking(() => InTime(() => SendForEver(sockets.Near))).Should().Throw<SocketException>()
            .Which.SocketErrorCode.Should().Be(SocketError.TimedOut);
        SpliceCall call = new(NewPipe().Full().ReadHandle, sockets.Near.SafeHandle);
        InTime(() => call.Try(out _)).Should().Be(Errno.EAGAIN);
    }

    [Fact]
    public void Move_TerminalThatWasHungUp_EinvalBothWays()
    {
        using SafeFileHandle master = Native.Open("/dev/ptmx", Native.O_RDWR | Native.O_NOCTTY);
        using SafeFileHandle terminal = Native.Open(Native.UnlockedTerminalOf(master), Native.O_RDWR | Native.O_NOCTTY);
        master.Dispose();
        new SpliceCall(terminal, NewPipe().WriteHandle).MustFail(Errno.EINVAL);
        new SpliceCall(PipeOf("x").ReadHandle, terminal).MustFail(Errno.EINVAL);
    }

    [Fact]
    public void Move_IntoAPipeWithoutAReader_EpipeAndTheBytesStay()
    {
        Pipe source = PipeOf("kept");
        Pipe target = NewPipe();
        target.ReadHandle.Dispose();
        new SpliceCall(source.ReadHandle, target.WriteHandle).MustFail(Errno.EPIPE);
        source.ReadText().Should().Be("kept");
    }

    [Fact]
    public void Move_AFileAtItsEndIntoAPipeWithoutAReader_Epipe()
    {
        Pipe target = NewPipe();
        target.ReadHandle.Dispose();
        new SpliceCall(NewFile(Native.O_RDONLY), target.WriteHandle).MustFail(Errno.EPIPE);
    }

    [Fact]
    public void Move_IntoASocketThatIsShutDown_EpipeAndTheBytesStay()
    {
        Pipe pipe = PipeOf("kept");
        SocketPair sockets = Own(SocketPair.Tcp());
        sockets.Near.Shutdown(SocketShutdown.Send);
        new SpliceCall(pipe.ReadHandle, sockets.Near.SafeHandle).MustFail(Errno.EPIPE);
        pipe.ReadText().Should().Be("kept");
    }

    [Fact]
    public void Move_IntoASocketThatIsNotConnected_Epipe() =>
        new SpliceCall(PipeOf("x").ReadHandle, Own(NewTcpSocket()).SafeHandle).MustFail(Errno.EPIPE);

    [Fact]
    public void Move_IntoAUnixSocketThatThePeerClosed_Epipe()
    {
        SocketPair sockets = Own(SocketPair.Unix(PathOf("socket")));
        sockets.Far.Dispose();
        new SpliceCall(PipeOf("x").ReadHandle, sockets.Near.SafeHandle).MustFail(Errno.EPIPE);
    }

    [Fact]
    public void Move_FromASocketThatIsNotConnected_Enotconn()
    {
        new SpliceCall(Own(NewTcpSocket()).SafeHandle, NewPipe().WriteHandle).MustFail(Errno.ENOTCONN);
        Socket listener = Own(NewTcpSocket());
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        new SpliceCall(listener.SafeHandle, NewPipe().WriteHandle).MustFail(Errno.ENOTCONN);
    }

    [Fact]
    public void Move_FromASocketThatWasReset_EconnresetOnceAndThenZero()
    {
        SocketPair sockets = Own(SocketPair.Tcp());
        sockets.ResetFromFar();
        SpliceCall call = new(sockets.Near.SafeHandle, NewPipe().WriteHandle);
        InTime(() => call.Try(out _)).Should().Be(Errno.ECONNRESET);
        InTime(call.Throwing).Should().Be(0, "the kernel reports a reset once");
    }

    [Fact]
    public void Move_IntoASocketThatWasReset_EconnresetOnceAndThenEpipe()
    {
        SocketPair sockets = Own(SocketPair.Tcp());
        sockets.ResetFromFar();
        WaitForReset(sockets.Near);
        SpliceCall call = new(PipeOf("x").ReadHandle, sockets.Near.SafeHandle);
        FluentActions.Invoking(call.Throwing).Should().Throw<ErrnoException>().Which.Errno.Should().Be(Errno.ECONNRESET);
        call.MustFail(Errno.EPIPE);
    }

    [Fact]
    public void Move_IntoADatagramSocketWithoutAPeer_Edestaddrreq() =>
        new SpliceCall(PipeOf("x").ReadHandle, Own(NewUdpSocket()).SafeHandle).MustFail(Errno.EDESTADDRREQ);

    [Fact]
    public void Move_MoreThanADatagram_EmsgsizeAndTheBytesStay()
    {
        Pipe pipe = NewPipe().Full();
        int full = pipe.BytesAvailable;
        Socket receiver = Own(NewUdpSocket());
        receiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Socket sender = Own(NewUdpSocket());
        sender.Connect(receiver.LocalEndPoint!);
        new SpliceCall(pipe.ReadHandle, sender.SafeHandle, Len: full).MustFail(Errno.EMSGSIZE);
        pipe.BytesAvailable.Should().Be(full);
    }

    [Fact]
    public void Move_IntoASealedMemfd_Eperm() =>
        new SpliceCall(PipeOf("x").ReadHandle, Own(Native.SealedMemfd())).MustFail(Errno.EPERM);

    private static int SendForEver(Socket socket)
    {
        while (true)
        {
            socket.Send(new byte[1000]);
        }
    }

    private static Socket NewTcpSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private static Socket NewUdpSocket() => new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    private static void WaitForReset(Socket socket) => InTime(() => socket.Poll(Patience, SelectMode.SelectRead)).Should().BeTrue();

    private SafeFileHandle NewFile(int flags) => Own(Native.Open(PathOf(Path.GetRandomFileName()), flags | Native.O_CREAT));
}
