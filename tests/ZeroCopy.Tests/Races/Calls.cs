using System.Net.Sockets;

namespace ZeroCopy.Tests.Races;

internal static class Calls
{
    /// <summary>Does to a socket what somebody else may have made impossible just now.</summary>
    public static void Try(Action call)
    {
        try
        {
            call();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Somebody else was faster.
        }
    }
}
