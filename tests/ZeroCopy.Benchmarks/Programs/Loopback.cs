using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ZeroCopy.Benchmarks;

/// <summary>Where all connections of these programs begin and end.</summary>
internal static class Loopback
{
    public static IPEndPoint At(string port) => new(IPAddress.Loopback, int.Parse(port, CultureInfo.InvariantCulture));

    /// <summary>Listens, and tells the port on standard output, since with 0 for any only this process knows it.</summary>
    public static Socket Listen(string port)
    {
        Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(At(port));
        listener.Listen();
        Console.WriteLine($"listening on {((IPEndPoint)listener.LocalEndPoint!).Port}");
        return listener;
    }

    /// <summary>Connects in the ordinary way.</summary>
    public static async Task<Socket> ConnectAsync(EndPoint target)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(target);
        return socket;
    }
}
