using System.Runtime.InteropServices;

namespace ZeroCopy.Tests.Models;

/// <summary>One end of a transfer, and the program behind it, which never waits.</summary>
internal abstract class Peer(EndKind kind) : IDisposable
{
    public EndKind Kind => kind;

    public abstract TransferEndpoint Endpoint { get; }

    /// <summary>Whether the program behind it sends no more.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether that program has gone.</summary>
    public bool IsGone { get; private set; }

    /// <summary>Whether the transfer's end was disposed.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>Whether that program was told that there is no more for it.</summary>
    public bool SawTheEnd { get; set; }

    /// <summary>Whether what is written to it arrives.</summary>
    public bool Listens => !IsGone && !IsDisposed;

    /// <summary>Whether all that was sent from it stays until it is read. A reset takes what is still on the way.</summary>
    public bool KeepsWhatItSent => !IsDisposed && !(IsGone && Kind == EndKind.Tcp);

    /// <summary>Whether a transfer may find that nothing more comes from here: also after it was closed without a goodbye, but for a connection.</summary>
    public bool MaySeemEnded => HasEnded || (IsGone && Kind != EndKind.Tcp);

    /// <summary>The errors that a transfer may be told of here.</summary>
    public IEnumerable<Errno> Faults(TransferSide side)
    {
        Errno[] ofDisposed = IsDisposed ? [Errno.EBADF] : [];
        Errno[] ofGone = !IsGone ? [] : side == TransferSide.Destination ? [Errno.EPIPE, Errno.ECONNRESET] : Kind == EndKind.Pipe ? [] : [Errno.ECONNRESET];
        return [.. ofDisposed, .. ofGone];
    }

    /// <summary>Sends as many as are taken now.</summary>
    public abstract Errno TrySend(ReadOnlySpan<byte> bytes, out int count);

    /// <summary>Receives what is there now.</summary>
    public abstract Errno TryReceive(Span<byte> buffer, out int count);

    /// <summary>Reads what the transfer has left in its own end.</summary>
    public abstract Errno TryReadLeft(Span<byte> buffer, out int count);

    public void HalfClose()
    {
        if (!HasEnded && !IsGone)
        {
            HasEnded = true;
            EndInput();
        }
    }

    public void Reset()
    {
        if (!IsGone)
        {
            IsGone = true;
            CloseFar();
        }
    }

    public void DisposeEnd()
    {
        IsDisposed = true;
        CloseNear();
    }

    public void Dispose()
    {
        CloseFar();
        CloseNear();
    }

    protected abstract void EndInput();

    protected abstract void CloseFar();

    protected abstract void CloseNear();

    /// <summary>What read(2) or write(2) has returned.</summary>
    protected static Errno Outcome(int result, out int count)
    {
        count = Math.Max(result, 0);
        return result < 0 ? (Errno)Marshal.GetLastPInvokeError() : Errno.None;
    }
}
