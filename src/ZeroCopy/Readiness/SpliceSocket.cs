using System.Net;
using System.Net.Sockets;

namespace ZeroCopy;

/// <summary>Accepts and connects stream sockets, TCP and unix, that .NET's own socket engine never hears of.</summary>
/// <remarks>
/// <para>
/// A socket that .NET has accepted, connected, sent or received on asynchronously is registered with its engine for good: each event wakes a thread there
/// too, for nothing, which a relay pays for with CPU. These wait with <see cref="FdReadiness"/> and then make the synchronous
/// call, which does not wait any more. The sockets are ordinary otherwise; to use them asynchronously later works, and registers them.
/// </para>
/// <para>Safe to call from any thread. Accepted and connected sockets belong to the caller.</para>
/// <para>
/// Man pages: <see href="https://man7.org/linux/man-pages/man2/accept.2.html">accept(2)</see>,
/// <see href="https://man7.org/linux/man-pages/man2/connect.2.html">connect(2)</see>.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// using Socket client = await SpliceSocket.AcceptAsync(listener, cancellationToken);
/// using Socket server = await SpliceSocket.ConnectAsync(upstream, cancellationToken);
/// await Transfer.RelayAsync(client, server, cancellationToken: cancellationToken);
/// </code>
/// </example>
public static class SpliceSocket
{
    /// <summary>Accepts a connection.</summary>
    /// <param name="listener">A listening stream socket. It becomes non-blocking (<see cref="Socket.Blocking"/> is false), and stays so.</param>
    /// <param name="cancellationToken">Ends the wait; no connection is lost by that.</param>
    /// <returns>The connected socket; <see cref="Socket.Blocking"/> is true.</returns>
    /// <exception cref="ArgumentNullException">The listener is null.</exception>
    /// <exception cref="SocketException">
    /// As of <see cref="Socket.AcceptAsync(CancellationToken)"/>: OperationAborted when the listener is disposed meanwhile, TooManyOpenSockets when no
    /// descriptor is left (the connection waits in the backlog).
    /// </exception>
    /// <exception cref="InvalidOperationException">The socket is not listening.</exception>
    /// <exception cref="ObjectDisposedException">The listener was disposed before.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ErrnoException">There was no way to wait, as for <see cref="FdReadiness.WaitReadableAsync"/>.</exception>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux.</exception>
    public static async ValueTask<Socket> AcceptAsync(Socket listener, CancellationToken cancellationToken = default)
    {
        Check.Platform();
        ArgumentNullException.ThrowIfNull(listener);
        listener.Blocking = false;
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (TryAccept(listener) is Socket accepted)
                {
                    return accepted;
                }

                await FdReadiness.WaitReadableAsync(listener.SafeHandle, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (ObjectDisposedException)
        {
            throw new SocketException((int)SocketError.OperationAborted);
        }
    }

    /// <summary>Connects a new stream socket.</summary>
    /// <param name="remote">
    /// An <see cref="IPEndPoint"/>, a <see cref="UnixDomainSocketEndPoint"/>, or a <see cref="DnsEndPoint"/>, whose addresses are tried one after the
    /// other, each with a socket of its own.
    /// </param>
    /// <param name="cancellationToken">Ends the attempt; its socket is closed.</param>
    /// <returns>The connected socket; <see cref="Socket.Blocking"/> is true.</returns>
    /// <exception cref="ArgumentNullException">The end point is null.</exception>
    /// <exception cref="ArgumentException">The name stands for any address: it is 0.0.0.0 or ::.</exception>
    /// <exception cref="SocketException">
    /// As of <see cref="Socket.ConnectAsync(EndPoint, CancellationToken)"/>, such as ConnectionRefused, TimedOut, HostNotFound and AddressNotAvailable; of
    /// several addresses, what the last one gave. HostNotFound: the name is longer than a name can be, too. WouldBlock: the backlog of a unix listener is full.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ErrnoException">There was no way to wait, as for <see cref="FdReadiness.WaitWritableAsync"/>.</exception>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux.</exception>
    public static async ValueTask<Socket> ConnectAsync(EndPoint remote, CancellationToken cancellationToken = default)
    {
        Check.Platform();
        ArgumentNullException.ThrowIfNull(remote);
        if (remote is not DnsEndPoint name)
        {
            return await ConnectToAddressAsync(remote, cancellationToken).ConfigureAwait(false);
        }

        SocketException failure = new((int)SocketError.HostNotFound);
        foreach (IPAddress address in await AddressesOfAsync(name, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                return await ConnectToAddressAsync(new IPEndPoint(address, name.Port), cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException e)
            {
                failure = e;
            }
        }

        throw failure;
    }

    private static async Task<IPAddress[]> AddressesOfAsync(DnsEndPoint name, CancellationToken cancellationToken)
    {
        try
        {
            return await Dns.GetHostAddressesAsync(name.Host, name.AddressFamily, cancellationToken).ConfigureAwait(false);
        }
        catch (ArgumentOutOfRangeException)
        {
            // It is too long, and so nobody's.
            return [];
        }
    }

    private static async ValueTask<Socket> ConnectToAddressAsync(EndPoint remote, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ProtocolType protocol = remote.AddressFamily == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp;
        Socket socket = new(remote.AddressFamily, SocketType.Stream, protocol) { Blocking = false };
        try
        {
            if (!TryConnect(socket, remote))
            {
                await FdReadiness.WaitWritableAsync(socket.SafeHandle, cancellationToken).ConfigureAwait(false);
                if (socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error) is int error and not 0)
                {
                    throw new SocketException(error);
                }

                FdReadiness.Forget(socket.SafeHandle);
            }

            socket.Blocking = true;
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <returns>Whether it is connected; if not, it is on its way.</returns>
    private static bool TryConnect(Socket socket, EndPoint remote)
    {
        try
        {
            socket.Connect(remote);
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock && remote.AddressFamily != AddressFamily.Unix)
        {
            return false;
        }
    }

    /// <returns>Null where nobody has connected, or somebody else was faster to accept.</returns>
    private static Socket? TryAccept(Socket listener)
    {
        // Asked first, since an exception costs more than a call.
        if (!listener.Poll(0, SelectMode.SelectRead))
        {
            return null;
        }

        try
        {
            Socket accepted = listener.Accept();
            accepted.Blocking = true;
            return accepted;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock)
        {
            return null;
        }
    }
}
