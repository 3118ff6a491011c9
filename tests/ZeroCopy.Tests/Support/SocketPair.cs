using System.Net;
using System.Net.Sockets;

namespace ZeroCopy.Tests.Support;

/// <summary>Two connected stream sockets, blocking as sockets are made.</summary>
public sealed class SocketPair(Socket near, Socket far) : IDisposable
{
    private const int FirstPort = 10_000;
    private const int Ports = 20_000;

    private static int _port = Random.Shared.Next(Ports);

    public Socket Near => near;

    public Socket Far => far;

    public static SocketPair Tcp() => Tcp(null);

    /// <summary>
    /// Of small segments: that a window is open again which a whole segment of the loopback does not fit into, the kernel finds out by probes alone, whose
    /// pauses double.
    /// </summary>
    public static SocketPair TcpOfSmallSegments() => Tcp(1000);

    public static SocketPair Unix(string path)
    {
        using Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        return Connect(listener, new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified));
    }

    /// <summary>One that nobody has, below those that the kernel gives to who connects: for a server that starts in a moment.</summary>
    public static int FreePort()
    {
        while (true)
        {
            int port = FirstPort + (int)((uint)Interlocked.Increment(ref _port) % Ports);
            try
            {
                using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // The next one, then.
            }
        }
    }

    /// <summary>Closes the far socket so that the near one gets a reset.</summary>
    public void ResetFromFar()
    {
        far.LingerState = new LingerOption(true, 0);
        far.Dispose();
    }

    public void Dispose()
    {
        near.Dispose();
        far.Dispose();
    }

    private static SocketPair Tcp(int? maxSegment)
    {
        const int IpProtoTcp = 6;
        const int TcpMaxSeg = 2;
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Socket near = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (maxSegment is int bytes)
        {
            listener.SetRawSocketOption(IpProtoTcp, TcpMaxSeg, BitConverter.GetBytes(bytes));
            near.SetRawSocketOption(IpProtoTcp, TcpMaxSeg, BitConverter.GetBytes(bytes));
        }

        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return Connect(listener, near);
    }

    private static SocketPair Connect(Socket listener, Socket near)
    {
        listener.Listen(1);
        near.Connect(listener.LocalEndPoint!);
        return new SocketPair(near, listener.Accept());
    }
}
