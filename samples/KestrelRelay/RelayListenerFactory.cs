using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using TcpRelaySample;

namespace KestrelRelaySample;

/// <summary>The transport of the relays beside Kestrel's own: it takes their end points, and nothing else.</summary>
internal sealed class RelayListenerFactory(ILogger<RelayListener> logger) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoint is RelayEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        EndPoint address = ((RelayEndPoint)endpoint).Address;
        try
        {
            return ValueTask.FromResult<IConnectionListener>(new RelayListener(new Listener(address), logger));
        }
        catch (SocketException e)
        {
            throw new IOException($"cannot listen on {Address.Format(address)}: {e.Message}", e);
        }
    }
}
