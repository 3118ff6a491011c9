using System.Diagnostics;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using TcpRelaySample;
using ZeroCopy;

namespace KestrelRelaySample;

/// <summary>One client and its connection to the target.</summary>
internal sealed class RelayConnection(string relay, ConnectionContext context, RelaySettings settings)
{
    private readonly Socket _client = context.Features.GetRequiredFeature<RawSocketFeature>().Socket;
    private readonly long _start = Stopwatch.GetTimestamp();

    public string Client { get; } = Address.Format(context.RemoteEndPoint);

    public TransferCounters There { get; } = new();

    public TransferCounters Back { get; } = new();

    public TimeSpan Age => Stopwatch.GetElapsedTime(_start);

    public ConnectionInfo Describe() =>
        new(context.ConnectionId, relay, Client, Address.Format(settings.Target), Age.TotalSeconds, There.BytesWritten, Back.BytesWritten);

    /// <summary>Has the client closed with a reset, before it was served.</summary>
    public void Refuse() => _client.Abort();

    /// <returns>How it ended, for people.</returns>
    public async Task<string> RunAsync()
    {
        try
        {
            using Socket server = await ConnectAsync();
            return await RelayAsync(server);
        }
        catch (SocketException e)
        {
            Refuse();
            return $"cannot connect: {e.Message}";
        }
        catch (OperationCanceledException)
        {
            Refuse();
            return "cut off by the host's stop before it was connected";
        }
    }

    private async Task<Socket> ConnectAsync()
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(context.ConnectionClosed);
        timeout.CancelAfter(settings.ConnectTimeout);
        try
        {
            return await SpliceSocket.ConnectAsync(settings.Target, timeout.Token);
        }
        catch (OperationCanceledException) when (!context.ConnectionClosed.IsCancellationRequested)
        {
            throw new SocketException((int)SocketError.TimedOut);
        }
    }

    private async Task<string> RelayAsync(Socket server)
    {
        _client.SendAtOnce();
        server.SendAtOnce();
        RelayResult result = await RelayUntilStoppedAsync(server);
        bool isCutOff = result.End == RelayEnd.DrainTimeout || (result.End == RelayEnd.Canceled && context.ConnectionClosed.IsCancellationRequested);
        result.PassOnResets(_client, server, isCutOff);
        return result.End switch
        {
            RelayEnd.Completed => "completed",
            RelayEnd.IdleTimeout => "idle for too long",
            RelayEnd.DrainTimeout => "one side ended, and the other went on for too long",
            RelayEnd.Failed => $"failed: {Fault(result.AToB, "client", "server")}{Fault(result.BToA, "server", "client")}".TrimEnd(',', ' '),
            _ when isCutOff => "cut off by the host's stop",
            _ => "silent while the host stops",
        };
    }

    /// <summary>Relays to the end, or until the host stops: then Kestrel first requests that connections be closed, and aborts them in the end.</summary>
    private async Task<RelayResult> RelayUntilStoppedAsync(Socket server)
    {
        RelayOptions options = new()
        {
            IdleTimeout = settings.IdleTimeout,
            DrainTimeout = settings.DrainTimeout,
            CountersAToB = There,
            CountersBToA = Back,
        };
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(context.ConnectionClosed);
        CancellationToken closing = context.Features.GetRequiredFeature<IConnectionLifetimeNotificationFeature>().ConnectionClosedRequested;
        Task watch = Task.CompletedTask;
        try
        {
            using CancellationTokenRegistration registration = closing.UnsafeRegister(_ => watch = StopOnceSilentAsync(stop), null);
            return await Transfer.RelayAsync(_client, server, options, stop.Token);
        }
        catch (TransferCanceledException e)
        {
            return e.Relay!;
        }
        finally
        {
            await stop.CancelAsync();
            await watch;
        }
    }

    /// <summary>Lets it finish if it has something to finish.</summary>
    private async Task StopOnceSilentAsync(CancellationTokenSource stop)
    {
        try
        {
            long before;
            do
            {
                before = There.BytesWritten + Back.BytesWritten;
                await Task.Delay(settings.StopSilence, stop.Token);
            }
            while (There.BytesWritten + Back.BytesWritten != before);
            await stop.CancelAsync();
        }
        catch (OperationCanceledException)
        {
            // It has finished.
        }
    }

    private static string Fault(RelayDirection direction, string reader, string writer) =>
        direction.Side is TransferSide side ? $"{direction.Error} at the {(side == TransferSide.Source ? reader : writer)}, " : string.Empty;
}
