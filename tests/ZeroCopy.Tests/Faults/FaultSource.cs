using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Faults;

/// <summary>A source, and whoever feeds it. It holds all that it is given.</summary>
internal sealed class FaultSource : IDisposable
{
    private readonly IDisposable _owner;
    private readonly SocketPair? _sockets;
    private readonly Pipe? _pipe;

    public FaultSource(string kind, byte[] content)
    {
        switch (kind)
        {
            case "socket":
                _owner = _sockets = SocketPair.Tcp();
                _sockets.Far.SendBufferSize = 2 * content.Length;
                (Endpoint, Descriptor) = (_sockets.Near, (int)_sockets.Near.SafeHandle.DangerousGetHandle());
                break;

            case "pipe":
                _owner = _pipe = new Pipe(Pipe.MaxCapacity);
                (Endpoint, Descriptor) = (_pipe.ReadHandle, (int)_pipe.ReadHandle.DangerousGetHandle());
                break;

            case "zeroes":
                SafeFileHandle zeroes = Native.Open("/dev/zero", Native.O_RDONLY);
                (_owner, Endpoint, Descriptor) = (zeroes, zeroes, (int)zeroes.DangerousGetHandle());
                break;

            default:
                SafeFileHandle file = UnnamedFile.Open();
                Native.Write(file, content).Should().Be(content.Length);
                Native.Seek(file, 0);
                Descriptor = (int)file.DangerousGetHandle();
                (_owner, Endpoint) = UnnamedFile.As(kind, file);
                break;
        }

        IsFed = _sockets is not null || _pipe is not null;
    }

    public TransferEndpoint Endpoint { get; }

    public int Descriptor { get; }

    /// <summary>Whether it has nothing before it is fed, so that it may be waited for.</summary>
    public bool IsFed { get; }

    public void Feed(ReadOnlySpan<byte> bytes)
    {
        _sockets?.Far.Send(bytes).Should().Be(bytes.Length);
        if (_pipe is not null)
        {
            Native.Write(_pipe.WriteHandle, bytes).Should().Be(bytes.Length);
        }
    }

    /// <summary>Tells that nothing more comes.</summary>
    public void End()
    {
        _sockets?.Far.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        _pipe?.WriteHandle.Dispose();
    }

    /// <summary>What a socket still has, of which there has to be so much.</summary>
    public byte[] Rest(long count) => _sockets!.Near.ReceiveExactly((int)count);

    public void Dispose() => _owner.Dispose();
}
