using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using TcpRelaySample;
using ZeroCopy;

namespace KestrelRelaySample;

/// <summary>Accepts clients for Kestrel, in such a way that .NET's own engine never hears of their sockets.</summary>
internal sealed class RelayListener(Listener listener, ILogger logger) : IConnectionListener
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _unbound = new();

    /// <summary>With the port that the kernel chose where there was none.</summary>
    public EndPoint EndPoint { get; } = new RelayEndPoint(listener.Socket.LocalEndPoint!);

    /// <summary>Called again once a client was accepted, one call at a time. An exception would end that for good, so there is none.</summary>
    /// <returns>Null after <see cref="UnbindAsync"/>.</returns>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (!_unbound.IsCancellationRequested)
        {
            try
            {
                return new RelayConnectionContext(await SpliceSocket.AcceptAsync(listener.Socket, _unbound.Token));
            }
            catch (Exception e) when (_unbound.IsCancellationRequested && e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                break;
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                // A client that gave up meanwhile, or too many descriptors: it waits in the backlog until one of the others is over.
                RelayLog.CannotAccept(logger, EndPoint, e.Message);
                await Task.Delay(_pause, CancellationToken.None);
            }
        }

        return null;
    }

    /// <summary>Called first when the host stops: from now on the kernel refuses clients.</summary>
    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        if (!_unbound.IsCancellationRequested)
        {
            await _unbound.CancelAsync();
            listener.Dispose();
        }
    }

    public ValueTask DisposeAsync() => UnbindAsync();
}
