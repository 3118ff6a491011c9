using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Faults;

/// <summary>A source, and whoever feeds it. It holds all that it is given; a full socket has most of it on this side.</summary>
internal sealed class FaultSource : IDisposable
{
    private readonly IDisposable _owner;
    private readonly SocketPair? _sockets;
    private readonly Pipe? _pipe;
    private readonly SafeFileHandle? _master;
    private readonly SafeFileHandle? _file;

    public FaultSource(string kind, byte[] content)
    {
        switch (kind)
        {
            case "socket" or "full-socket":
                _owner = _sockets = SocketPair.Tcp();
                (Endpoint, Descriptor) = (_sockets.Near, (int)_sockets.Near.SafeHandle.DangerousGetHandle());
                if (kind == "socket")
                {
                    _sockets.Far.SendBufferSize = 2 * content.Length;
                }
                else
                {
                    _sockets.Near.ReceiveBufferSize = 2 * content.Length;
                }

                break;

            case "pipe":
                _owner = _pipe = new Pipe(Pipe.MaxCapacity);
                (Endpoint, Descriptor) = (_pipe.ReadHandle, (int)_pipe.ReadHandle.DangerousGetHandle());
                break;

            case "terminal":
                (_master, SafeFileHandle terminal) = Native.RawTerminal();
                (_owner, Endpoint, Descriptor) = (terminal, terminal, (int)terminal.DangerousGetHandle());
                break;

            case "zeroes":
                SafeFileHandle zeroes = Native.Open("/dev/zero", Native.O_RDONLY);
                (_owner, Endpoint, Descriptor) = (zeroes, zeroes, (int)zeroes.DangerousGetHandle());
                break;

            default:
                _file = UnnamedFile.Open();
                Native.Write(_file, content).Should().Be(content.Length);
                Native.Seek(_file, 0);
                Descriptor = (int)_file.DangerousGetHandle();
                (_owner, Endpoint) = UnnamedFile.As(kind, _file);
                break;
        }

        IsFed = _sockets is not null || _pipe is not null || _master is not null;
        Ends = kind is not ("terminal" or "zeroes");
    }

    public TransferEndpoint Endpoint { get; }

    public int Descriptor { get; }

    /// <summary>Whether it has nothing before it is fed, so that it may be waited for.</summary>
    public bool IsFed { get; }

    /// <summary>Whether there is an end to it.</summary>
    public bool Ends { get; }

    public void Feed(ReadOnlySpan<byte> bytes)
    {
        _sockets?.Far.Send(bytes).Should().Be(bytes.Length);
        if ((_pipe?.WriteHandle ?? _master) is SafeFileHandle end)
        {
            Native.Write(end, bytes).Should().Be(bytes.Length);
        }
    }

    /// <summary>Tells that nothing more comes.</summary>
    public void End()
    {
        _sockets?.Far.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        _pipe?.WriteHandle.Dispose();
    }

    /// <summary>What a socket or a file still has, of which there has to be so much.</summary>
    public byte[] Rest(long count)
    {
        if (_sockets is not null)
        {
            return _sockets.Near.ReceiveExactly((int)count);
        }

        byte[] rest = new byte[count + 1];
        return rest[..Native.Read(_file!, rest)];
    }

    public void Dispose()
    {
        _owner.Dispose();
        _master?.Dispose();
    }
}
