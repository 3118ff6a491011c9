using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace KestrelRelaySample;

/// <summary>A client as Kestrel knows it: with a socket, and nothing that reads it.</summary>
internal sealed class RelayConnectionContext : ConnectionContext
{
    /// <summary>Not disposed, since Kestrel may abort what is just over; it holds nothing.</summary>
    private readonly CancellationTokenSource _aborted = new();

    private readonly Socket _socket;

    public RelayConnectionContext(Socket socket)
    {
        _socket = socket;
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
        ConnectionClosed = _aborted.Token;
        Features.Set(new RawSocketFeature(socket));
    }

    public override string ConnectionId { get; set; } = Guid.NewGuid().ToString("N");

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new ConnectionItems();

    public override CancellationToken ConnectionClosed { get; set; }

    public override EndPoint? LocalEndPoint { get; set; }

    public override EndPoint? RemoteEndPoint { get; set; }

    public override IDuplexPipe Transport
    {
        get => throw new NotSupportedException("The bytes of this connection do not come into the process.");
        set => throw new NotSupportedException("The bytes of this connection do not come into the process.");
    }

    /// <summary>Called when the host has stopped for as long as it may.</summary>
    public override void Abort(ConnectionAbortedException abortReason) => _ = _aborted.CancelAsync();

    /// <summary>Called when the connection delegate has returned.</summary>
    public override ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return base.DisposeAsync();
    }
}
