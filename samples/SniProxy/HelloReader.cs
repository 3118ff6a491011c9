using System.Net.Sockets;
using ZeroCopy;

namespace SniProxySample;

/// <summary>Looks at what a client says first, and leaves every byte of it in the socket: the relay passes on all there is.</summary>
/// <remarks>
/// To read them, and have them sent on by <see cref="RelayOptions.PrefixAToB"/>, would do too; but then each client that is slow holds a buffer.
/// </remarks>
internal static class HelloReader
{
    /// <returns>The hello; an incomplete one where the client has ended, or was reset, within it.</returns>
    public static async Task<ClientHello> PeekAsync(Socket client, CancellationToken cancellationToken)
    {
        // Ready or not, no call waits, and .NET's own engine never has to.
        client.Blocking = false;
        int seen = 0;
        try
        {
            while (true)
            {
                await FdReadiness.WaitReadableAsync(client.SafeHandle, cancellationToken);
                (ClientHello hello, int count) = Peek(client);

                // Nobody is woken twice for the same bytes. That there are no more of them means the end, a reset, or urgent data, which no peek goes past
                // and no TLS client sends.
                if (hello.Kind != HelloKind.Incomplete || count <= seen)
                {
                    return hello;
                }

                // Half a hello keeps the socket readable, and who just waited again would spin until the rest is there. So the kernel is told how many bytes
                // to wake for; it wakes for the end and for a reset all the same. For TCP only: a unix socket is readable with any byte.
                seen = count;
                client.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReceiveLowWater, hello.Needed);
            }
        }
        finally
        {
            if (seen > 0)
            {
                client.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReceiveLowWater, 1);
            }
        }
    }

    /// <summary>The buffer is on the stack, so that clients that are slow to go on hold none.</summary>
    private static (ClientHello Hello, int Count) Peek(Socket client)
    {
        Span<byte> buffer = stackalloc byte[ClientHello.MaxLength];
        int count = client.Receive(buffer, SocketFlags.Peek);
        return (ClientHello.Parse(buffer[..count]), count);
    }
}
