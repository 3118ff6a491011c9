namespace ZeroCopy.Tests.Models;

/// <summary>Two pipes, one each way, to a program whose own ends do not wait.</summary>
internal sealed class PipePeer : Peer
{
    private readonly Pipe _toTransfer = new();
    private readonly Pipe _fromTransfer;

    public PipePeer(int buffer)
        : base(EndKind.Pipe)
    {
        _fromTransfer = new Pipe(buffer);
        Native.SetStatusFlags(_toTransfer.WriteHandle, Native.O_NONBLOCK);
        Native.SetStatusFlags(_fromTransfer.ReadHandle, Native.O_NONBLOCK);
    }

    public override TransferEndpoint Endpoint => TransferEndpoint.Duplex(_toTransfer.ReadHandle, _fromTransfer.WriteHandle);

    public override Errno TrySend(ReadOnlySpan<byte> bytes, out int count) => Outcome(Native.Write(_toTransfer.WriteHandle, bytes), out count);

    public override Errno TryReceive(Span<byte> buffer, out int count) => Outcome(Native.Read(_fromTransfer.ReadHandle, buffer), out count);

    public override Errno TryReadLeft(Span<byte> buffer, out int count)
    {
        count = 0;
        return _toTransfer.BytesAvailable == 0 ? Errno.EAGAIN : Outcome(Native.Read(_toTransfer.ReadHandle, buffer), out count);
    }

    protected override void EndInput() => _toTransfer.WriteHandle.Dispose();

    protected override void CloseFar()
    {
        _toTransfer.WriteHandle.Dispose();
        _fromTransfer.ReadHandle.Dispose();
    }

    protected override void CloseNear()
    {
        _toTransfer.ReadHandle.Dispose();
        _fromTransfer.WriteHandle.Dispose();
    }
}
