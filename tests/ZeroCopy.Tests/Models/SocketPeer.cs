using System.Net.Sockets;

namespace ZeroCopy.Tests.Models;

/// <summary>A connection, to a program that does not wait for others to make a packet full.</summary>
internal sealed class SocketPeer : Peer
{
    private readonly Socket _near;
    private readonly Socket _far;
    private bool _isClosed;

    public SocketPeer(EndKind kind, SocketPair sockets, int buffer)
        : base(kind)
    {
        (_near, _far) = (sockets.Near, sockets.Far);
        _far.Blocking = false;
        if (buffer > 0)
        {
            _near.SendBufferSize = buffer;
        }

        if (kind == EndKind.Tcp)
        {
            _near.NoDelay = _far.NoDelay = true;
        }
    }

    public override TransferEndpoint Endpoint => _near;

    public override Errno TrySend(ReadOnlySpan<byte> bytes, out int count)
    {
        count = _far.Send(bytes, SocketFlags.None, out SocketError error);
        return ErrnoOf(error);
    }

    public override Errno TryReceive(Span<byte> buffer, out int count)
    {
        count = _far.Receive(buffer, SocketFlags.None, out SocketError error);
        return ErrnoOf(error);
    }

    public override Errno TryReadLeft(Span<byte> buffer, out int count)
    {
        _near.Blocking = false;
        count = _near.Receive(buffer, SocketFlags.None, out SocketError error);
        return ErrnoOf(error);
    }

    protected override void EndInput()
    {
        try
        {
            _far.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException) when (IsDisposed)
        {
            // The other side has gone already.
        }
    }

    /// <summary>With a reset, also at the end of a program: an orderly end would keep the port in use for a minute.</summary>
    protected override void CloseFar()
    {
        if (!_isClosed)
        {
            _isClosed = true;
            _far.LingerState = new LingerOption(enable: true, 0);
            _far.Dispose();
        }
    }

    protected override void CloseNear() => _near.Dispose();

    private static Errno ErrnoOf(SocketError error) => error switch
    {
        SocketError.Success => Errno.None,
        SocketError.WouldBlock => Errno.EAGAIN,
        _ => Errno.ECONNRESET,
    };
}
