using System.Net.Sockets;

namespace SniProxySample;

/// <summary>What a TLS client is told in place of an answer: RFC 8446, 6.</summary>
internal static class TlsAlert
{
    public const byte DecodeError = 50;
    public const byte InternalError = 80;
    public const byte UnrecognizedName = 112;

    private const byte Record = 21;
    private const byte Fatal = 2;

    /// <summary>Ends the conversation with a client whose hello was only looked at.</summary>
    /// <returns>The reason, for the log.</returns>
    public static string Refuse(Socket client, byte alert, string reason)
    {
        // Bytes that nobody has read make of the end a reset, which may overtake the alert.
        client.Receive(new byte[ClientHello.MaxLength], SocketFlags.None, out _);
        client.Send([Record, 3, 1, 0, 2, Fatal, alert], SocketFlags.None, out _);
        client.Shutdown(SocketShutdown.Send);
        return reason;
    }
}
