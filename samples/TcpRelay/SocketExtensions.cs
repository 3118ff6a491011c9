using System.Net.Sockets;

namespace TcpRelaySample;

internal static class SocketExtensions
{
    /// <summary>A forwarder has all that it is given: there is nothing to wait for, as Nagle's algorithm would.</summary>
    public static void SendAtOnce(this Socket socket)
    {
        if (socket.AddressFamily != AddressFamily.Unix)
        {
            socket.NoDelay = true;
        }
    }

    /// <summary>Has the socket closed with a reset.</summary>
    public static void Abort(this Socket socket)
    {
        if (socket.AddressFamily != AddressFamily.Unix)
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
    }
}
