using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ZeroCopy;

namespace TcpRelaySample;

/// <summary>One client and its connection to the target.</summary>
internal sealed class Connection
{
    private readonly Socket _client;
    private readonly EndPoint _target;
    private readonly Limits _limits;
    private readonly RelayOptions _options;
    private readonly Func<Tap>? _openTap;
    private readonly CancellationToken _abort;
    private readonly CancellationTokenSource _stop;
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _lastBytes = -1;
    private int _silentLooks;

    /// <param name="client">Whom to serve; closed in the end.</param>
    /// <param name="target">Where to connect it to.</param>
    /// <param name="limits">What it may have.</param>
    /// <param name="openTap">Opens files for a copy of what it carries; null for none.</param>
    /// <param name="abort">Cuts it off: both sides are reset.</param>
    public Connection(Socket client, EndPoint target, Limits limits, Func<Tap>? openTap, CancellationToken abort)
    {
        _client = client;
        _target = target;
        _limits = limits;
        _openTap = openTap;
        _abort = abort;
        _options = new RelayOptions
        {
            IdleTimeout = limits.IdleTimeout,
            MaxBytes = limits.MaxBytes,
            CountersAToB = There,
            CountersBToA = Back,
        };
        _stop = CancellationTokenSource.CreateLinkedTokenSource(abort);
        Client = Address.Format(client.RemoteEndPoint);
    }

    public string Client { get; }

    public TransferCounters There { get; } = new();

    public TransferCounters Back { get; } = new();

    public TimeSpan Age => Stopwatch.GetElapsedTime(_start);

    /// <summary>Ends it as if both sides had come to their end, unless there is still something to deliver.</summary>
    public void Stop()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It is over already.
        }
    }

    /// <summary>Whether nothing has moved while this was asked so many times. Time in which the program itself did not run is no silence.</summary>
    public bool IsSilentFor(int looks)
    {
        long bytes = There.BytesWritten + Back.BytesWritten;
        _silentLooks = bytes == _lastBytes ? _silentLooks + 1 : 0;
        _lastBytes = bytes;
        return _silentLooks >= looks;
    }

    public async Task RunAsync(Action<string> log)
    {
        using (_stop)
        using (_client)
        {
            string outcome;
            try
            {
                using Socket server = await ConnectAsync();
                using Tap? tap = OpenTap(log);
                outcome = await RelayAsync(server);
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                _client.Abort();
                outcome = $"cannot connect: {e.Message}";
            }
            catch (OperationCanceledException)
            {
                _client.Abort();
                outcome = "stopped before it was connected";
            }

            log(string.Create(
                CultureInfo.InvariantCulture,
                $"{Client} -> {Address.Format(_target)}: {outcome}; {There.BytesWritten} bytes there, {Back.BytesWritten} back, {Age.TotalSeconds:F3} s"));
        }
    }

    private async Task<Socket> ConnectAsync()
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        timeout.CancelAfter(_limits.ConnectTimeout);
        try
        {
            return await SpliceSocket.ConnectAsync(_target, timeout.Token);
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            throw new SocketException((int)SocketError.TimedOut);
        }
    }

    private async Task<string> RelayAsync(Socket server)
    {
        _client.SendAtOnce();
        server.SendAtOnce();
        RelayResult result = await RelayUntilStoppedAsync(server);
        bool isCutOff = result.End == RelayEnd.Canceled && _abort.IsCancellationRequested;
        result.PassOnResets(_client, server, isCutOff);
        return result.End switch
        {
            RelayEnd.Completed => "completed",
            RelayEnd.IdleTimeout => "idle for too long",
            RelayEnd.MaxBytes => "as many bytes as it may have",
            RelayEnd.Failed => $"failed: {Fault(result.AToB, "client", "server")}{Fault(result.BToA, "server", "client")}".TrimEnd(',', ' '),
            _ => isCutOff ? "cut off" : "stopped",
        } + Fault(result.AToB.Tap, "there") + Fault(result.BToA.Tap, "back");
    }

    private async Task<RelayResult> RelayUntilStoppedAsync(Socket server)
    {
        try
        {
            return await Transfer.RelayAsync(_client, server, _options, _stop.Token);
        }
        catch (TransferCanceledException e)
        {
            return e.Relay!;
        }
    }

    /// <summary>A tap that cannot be had is no reason to refuse a client.</summary>
    private Tap? OpenTap(Action<string> log)
    {
        try
        {
            Tap? tap = _openTap?.Invoke();
            _options.TapAToB = tap?.There;
            _options.TapBToA = tap?.Back;
            return tap;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log($"{Client}: cannot tap: {e.Message}");
            return null;
        }
    }

    private static string Fault(SinkResult? tap, string way) =>
        tap?.Error is ErrnoException error ? $"; tapped {way} only {tap.BytesDelivered} bytes: {error.Errno}" : string.Empty;

    private static string Fault(RelayDirection direction, string reader, string writer) =>
        direction.Side is TransferSide side ? $"{direction.Error} at the {(side == TransferSide.Source ? reader : writer)}, " : string.Empty;
}
