using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;

namespace ZeroCopy;

/// <content>What only sockets have: a flag that .NET has to know of, an end that is told to the peer, and faults that are told once.</content>
internal sealed partial class Side
{
    /// <summary>Whether it is a socket that .NET can be told of that it is not to block.</summary>
    private bool IsKnownToDotNet => IsSocket && (Socket is not null || Handle is SafeSocketHandle);

    private Socket? Socket => _owner as Socket ?? (_owner as NetworkStream)?.Socket;

    /// <summary>Remembers an error of a call on it, if it is a socket, for who copies the other way.</summary>
    public void Remember(Errno errno)
    {
        if (IsSocket)
        {
            SocketFaults.Remember(Handle, errno);
        }
    }

    /// <summary>Why there is nothing more to read: <see cref="Errno.None"/> if it has ended as it should.</summary>
    public Errno WhyEnded() => WasDisposed() ? Errno.EBADF : IsSocket ? FaultToldBefore() : Errno.None;

    /// <summary>Has the socket say what broke it.</summary>
    /// <param name="call">The call that gave reason to ask.</param>
    public Errno TakeFault(string call)
    {
        _ = Interop.TakeSocketError(Handle, out Errno fault);
        fault = fault == Errno.None ? FaultToldBefore() : fault;
        Call = fault == Errno.None ? Call : call;
        return fault;
    }

    /// <summary>Tells the peer of the socket that nothing more will be sent.</summary>
    /// <returns>What had broken the connection, if that is why it cannot be told; it may have ended both ways, which is no fault.</returns>
    public Errno PassEndOn() => Interop.ShutdownWrite(Handle) == Errno.None ? Errno.None : TakeFault("shutdown");

    /// <summary>
    /// Whether the user has disposed it, where an error or an end may have come of that: a socket breaks its connection off before its handle, while calls are
    /// under way, says that it is closed.
    /// </summary>
    public bool WasDisposed() => IsClosed || (IsSocket && Socket is Socket socket && IsDisposed(socket));

    /// <summary>
    /// What broke the socket, if another call was told of it: one of the other direction, which may not have had the time to say so, or one that had moved some
    /// bytes before, and then tells of these alone.
    /// </summary>
    private Errno FaultToldBefore() =>
        SocketFaults.Of(Handle) is var fault and not Errno.None ? fault : Interop.IsOverWithoutFin(Handle) ? Errno.ECONNRESET : Errno.None;

    /// <summary>Apart, so that nothing has to be loaded for this where there is no socket: there may be no descriptor left for that.</summary>
    private static bool IsDisposed(Socket socket)
    {
        try
        {
            _ = socket.Available;
            return false;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The socket that is made for a moment must not close the handle, which is the user's.")]
    [SuppressMessage("Usage", "CA1816", Justification = "For the same reason.")]
    private void MakeNonBlocking()
    {
        Socket? socket = Socket;
        if (socket is null)
        {
            // Only for a moment, and without closing the handle when it is collected.
            socket = new Socket((SafeSocketHandle)Handle);
            GC.SuppressFinalize(socket);
        }

        // So that .NET knows: it then waits by itself in synchronous calls. The descriptor stays as it is when Blocking becomes true again.
        bool isBlocking = socket.Blocking;
        socket.Blocking = false;
        socket.Blocking = isBlocking;
    }
}
