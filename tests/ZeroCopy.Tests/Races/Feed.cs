using System.Net.Sockets;

namespace ZeroCopy.Tests.Races;

/// <summary>What the program at the far end of a socket sends, and what it gets, without ever waiting.</summary>
internal sealed class Feed(Socket peer, byte[] bytes, int length, FeedEnd end)
{
    /// <summary>How many it was rid of.</summary>
    public int Sent { get; private set; }

    /// <summary>Whether it is still there to get something.</summary>
    public bool CanReceive => end == FeedEnd.Shutdown;

    /// <summary>Sends as many as there is room for, and ends.</summary>
    public void Run()
    {
        peer.Blocking = false;
        SocketError error = SocketError.Success;
        while (Sent < length && error == SocketError.Success)
        {
            Sent += peer.Send(bytes.AsSpan(Sent, length - Sent), SocketFlags.None, out error);
        }

        switch (end)
        {
            case FeedEnd.Shutdown:
                Calls.Try(() => peer.Shutdown(SocketShutdown.Send));
                break;
            case FeedEnd.Reset:
                peer.LingerState = new LingerOption(enable: true, seconds: 0);
                peer.Dispose();
                break;
            default:
                peer.Dispose();
                break;
        }
    }

    /// <summary>What has come, but for what a reset has swept away.</summary>
    public byte[] Receive()
    {
        using MemoryStream all = new();
        byte[] buffer = new byte[64 * 1024];
        peer.Blocking = false;
        int count;
        while ((count = peer.Receive(buffer, SocketFlags.None, out SocketError _)) > 0)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }
}
