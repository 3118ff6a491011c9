using System.Net;
using System.Net.Sockets;

namespace ZeroCopy.Tests.Support;

/// <summary>Two connected stream sockets, blocking as sockets are made.</summary>
public sealed class SocketPair(Socket near, Socket far) : IDisposable
{
    public Socket Near => near;

    public Socket Far => far;

    public static SocketPair Tcp()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return Connect(listener, new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
    }

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

    private static SocketPair Connect(Socket listener, Socket near)
    {
        listener.Listen(1);
        near.Connect(listener.LocalEndPoint!);
        return new SocketPair(near, listener.Accept());
    }
}
