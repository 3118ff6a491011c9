using System.Net;
using System.Net.Sockets;

namespace ZeroCopy.Tests.Support;

/// <summary>Two connected stream sockets, blocking as sockets are made.</summary>
public sealed class SocketPair(Socket near, Socket far) : IDisposable
{
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

    /// <summary>A port of the loopback that nobody listens on.</summary>
    public static int FreePort()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)listener.LocalEndPoint!).Port;
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
