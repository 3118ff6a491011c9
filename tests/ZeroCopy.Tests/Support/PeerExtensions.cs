using System.Net.Sockets;

namespace ZeroCopy.Tests.Support;

/// <summary>What the program at the other end of a socket does: never for longer than its time.</summary>
internal static class PeerExtensions
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    public static byte[] ReceiveExactly(this Socket peer, int count)
    {
        peer.ReceiveTimeout = (int)_patience.TotalMilliseconds;
        byte[] bytes = new byte[count];
        int received = 0;
        while (received < count)
        {
            int more = peer.Receive(bytes.AsSpan(received));
            more.Should().BePositive("{0} of {1} bytes came, and then the end", received, count);
            received += more;
        }

        return bytes;
    }

    /// <summary>Receives until the end, which has to be an orderly one.</summary>
    public static byte[] ReceiveToEnd(this Socket peer)
    {
        peer.ReceiveTimeout = (int)_patience.TotalMilliseconds;
        using MemoryStream all = new();
        byte[] buffer = new byte[64 * 1024];
        int count;
        while ((count = peer.Receive(buffer)) > 0)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }

    /// <summary>Makes the buffers of a connection as small as the kernel permits.</summary>
    public static SocketPair Small(this SocketPair sockets)
    {
        sockets.Near.SendBufferSize = sockets.Near.ReceiveBufferSize = 1;
        sockets.Far.SendBufferSize = sockets.Far.ReceiveBufferSize = 1;
        return sockets;
    }

    /// <summary>Sends until the kernel takes not a byte more, and the peer has had time to take what it can.</summary>
    /// <returns>How much that was.</returns>
    public static int Fill(this Socket socket)
    {
        byte[] filler = new byte[1024];
        bool isBlocking = socket.Blocking;
        socket.Blocking = false;
        int sent = 0;
        do
        {
            SocketError error;
            do
            {
                sent += socket.Send(filler, SocketFlags.None, out error);
            }
            while (error == SocketError.Success);
            error.Should().Be(SocketError.WouldBlock);
        }
        while (socket.Poll(TimeSpan.FromMilliseconds(50), SelectMode.SelectWrite));
        socket.Blocking = isBlocking;
        return sent;
    }
}
