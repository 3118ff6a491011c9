using System.IO.Pipes;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>What no copy can be made from, to or with is refused before anything is read or written.</summary>
public sealed class TransferRefusalTests : TransferTest
{
    private static IPEndPoint AnyPort => new(IPAddress.Loopback, 0);

    [Theory]
    [InlineData("directory")]
    [InlineData("epoll")]
    [InlineData("eventfd")]
    [InlineData("datagram socket")]
    [InlineData("unix datagram socket")]
    [InlineData("seqpacket socket")]
    [InlineData("path only")]
    [InlineData("path of a fifo only")]
    [InlineData("write-only file")]
    [InlineData("write end")]
    public void Copy_FromWhatIsNoSource_ArgumentException(string what) =>
        MustRefuse("source", what);

    [Theory]
    [InlineData("directory")]
    [InlineData("epoll")]
    [InlineData("eventfd")]
    [InlineData("datagram socket")]
    [InlineData("unix datagram socket")]
    [InlineData("seqpacket socket")]
    [InlineData("path only")]
    [InlineData("path of a fifo only")]
    [InlineData("read-only file")]
    [InlineData("read end")]
    public void Copy_ToWhatIsNoDestination_ArgumentException(string what) =>
        MustRefuse("destination", what);

    [Theory]
    [InlineData("pipe")]
    [InlineData("socket")]
    [InlineData("terminal")]
    [InlineData("device")]
    public void Copy_OffsetForWhatHasNone_ArgumentException(string what)
    {
        SocketPair sockets = NewSockets();
        Pipe pipe = PipeOf("hello");
        (SafeFileHandle master, SafeFileHandle terminal) = Native.RawTerminal();
        Own(master);
        SafeHandle source = what switch
        {
            "pipe" => pipe.ReadHandle,
            "socket" => sockets.Near.SafeHandle,
            "terminal" => terminal,
            _ => Own(Native.Open("/dev/zero", Native.O_RDWR)),
        };
        SafeHandle destination = what == "pipe" ? pipe.WriteHandle : source;
        Own(terminal);
        SafeFileHandle file = FileOf([1, 2, 3]);
        MustThrow<ArgumentException>(source, file, new() { SourceOffset = 0 }).ParamName.Should().Be("source");
        MustThrow<ArgumentException>(file, destination, new() { DestinationOffset = 0 }).ParamName.Should().Be("destination");
        pipe.BytesAvailable.Should().Be(5);
        Native.Position(file).Should().Be(0);
    }

    [Fact]
    public void Copy_OffsetForAFileThatAppends_ArgumentException()
    {
        using SafeFileHandle destination = Native.Open(NewPath(), Native.O_WRONLY | Native.O_CREAT | Native.O_APPEND);
        Pipe source = PipeOf("hello");
        MustThrow<ArgumentException>(source.ReadHandle, destination, new() { DestinationOffset = 0 }).ParamName.Should().Be("destination");
        source.BytesAvailable.Should().Be(5);
    }

    [Fact]
    public void Copy_NegativeNumbers_ArgumentOutOfRangeException()
    {
        Pipe source = PipeOf("hello");
        SafeFileHandle file = FileOf([1, 2, 3]);
        SafeFileHandle destination = FileOf([]);
        MustThrow<ArgumentOutOfRangeException>(source.ReadHandle, destination, new() { Length = -1 }).ParamName.Should().Contain("Length");
        MustThrow<ArgumentOutOfRangeException>(file, destination, new() { SourceOffset = -1 }).ParamName.Should().Contain("SourceOffset");
        MustThrow<ArgumentOutOfRangeException>(source.ReadHandle, destination, new() { DestinationOffset = -1 }).ParamName.Should().Contain("DestinationOffset");
        MustThrow<ArgumentOutOfRangeException>(source.ReadHandle, destination, new() { PipeCapacity = -1 }).ParamName.Should().Contain("PipeCapacity");
        source.BytesAvailable.Should().Be(5);
        RandomAccess.GetLength(destination).Should().Be(0);
    }

    [Fact]
    public void Copy_PoolAndPipeCapacity_ArgumentException()
    {
        using PipePool pool = new();
        Pipe source = PipeOf("hello");
        MustThrow<ArgumentException>(source.ReadHandle, NewPipe().WriteHandle, new() { Pool = pool, PipeCapacity = 4096 }).ParamName.Should().Be("options");
        source.BytesAvailable.Should().Be(5);
    }

    [Fact]
    public void Copy_DisposedEnds_ObjectDisposedException()
    {
        SocketPair sockets = NewSockets();
        NetworkStream network = new(sockets.Near, ownsSocket: true);
        network.Dispose();
        FileStream file = new(NewPath(), FileMode.CreateNew);
        file.Dispose();
        Pipe pipe = NewPipe();
        pipe.Dispose();
        SafeFileHandle handle = FileOf([]);
        handle.Dispose();
        AnonymousPipeServerStream stream = new(PipeDirection.In);
        stream.Dispose();
        Pipe other = PipeOf("hello");
        foreach (TransferEndpoint endpoint in (TransferEndpoint[])[sockets.Near, network, file, stream, pipe.ReadHandle, handle, sockets.Near.SafeHandle])
        {
            MustThrow<ObjectDisposedException>(endpoint, other.WriteHandle);
            MustThrow<ObjectDisposedException>(other.ReadHandle, endpoint);
        }

        other.BytesAvailable.Should().Be(5);
    }

    private static TException MustThrow<TException>(TransferEndpoint source, TransferEndpoint destination, CopyOptions? options = null)
        where TException : Exception
    {
        Func<CopyResult> asynchronous = () => Copy(isAsync: true, source, destination, options);
        asynchronous.Should().Throw<TException>();
        Func<CopyResult> synchronous = () => Copy(isAsync: false, source, destination, options);
        return synchronous.Should().Throw<TException>().Which;
    }

    private void MustRefuse(string parameter, string what)
    {
        SafeHandle refused = Open(what);
        Pipe source = PipeOf("hello");
        Pipe destination = NewPipe();
        ArgumentException exception = parameter == "source"
            ? MustThrow<ArgumentException>(refused, destination.WriteHandle)
            : MustThrow<ArgumentException>(source.ReadHandle, refused);
        exception.ParamName.Should().Be(parameter);
        exception.Message.Should().MatchRegex("^(A|It|The) .*[.]", "it says what is wrong");
        source.BytesAvailable.Should().Be(5);
        destination.BytesAvailable.Should().Be(0);
    }

    private SafeHandle Open(string what)
    {
        string path = NewPath();
        File.WriteAllBytes(path, [1, 2, 3]);
        return what switch
        {
            "directory" => Own(Native.Open(Folder, Native.O_RDONLY)),
            "epoll" => Own(Native.Epoll()),
            "eventfd" => Own(Native.EventFd()),
            "datagram socket" => Bound(new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp), AnyPort),
            "unix datagram socket" => BoundUnix(SocketType.Dgram),
            "seqpacket socket" => BoundUnix(SocketType.Seqpacket),
            "path only" => Own(Native.Open(path, Native.O_PATH)),
            "path of a fifo only" => Own(Native.Open(Native.Fifo(NewPath()), Native.O_PATH)),
            "write-only file" => Own(Native.Open(path, Native.O_WRONLY)),
            "read-only file" => Own(Native.Open(path, Native.O_RDONLY)),
            "write end" => NewPipe().WriteHandle,
            _ => NewPipe().ReadHandle,
        };
    }

    private SafeSocketHandle BoundUnix(SocketType type) =>
        Bound(new Socket(AddressFamily.Unix, type, ProtocolType.Unspecified), new UnixDomainSocketEndPoint(NewPath()));

    private SafeSocketHandle Bound(Socket socket, EndPoint address)
    {
        Own(socket).Bind(address);
        return socket.SafeHandle;
    }
}
