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
    private readonly CancellationTokenSource _cancellation;
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _lastBytes;
    private long _silentSince;

    public Connection(Socket client, EndPoint target, Limits limits, Func<Tap>? openTap, CancellationToken abort)
    {
        _client = client;
        _target = target;
        _limits = limits;
        _openTap = openTap;
        _options = new RelayOptions
        {
            IdleTimeout = limits.IdleTimeout,
            MaxBytes = limits.MaxBytes,
            CountersAToB = There,
            CountersBToA = Back,
        };
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(abort);
        Client = Address.Format(client.RemoteEndPoint);
    }

    public string Client { get; }

    public TransferCounters There { get; } = new();

    public TransferCounters Back { get; } = new();

    public TimeSpan Age => Stopwatch.GetElapsedTime(_start);

    public void Cancel()
    {
        try
        {
            _cancellation.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It is over already.
        }
    }

    /// <summary>Whether nothing has moved for so long, as far as who asks from time to time can know.</summary>
    public bool IsSilentFor(TimeSpan time)
    {
        long bytes = There.BytesWritten + Back.BytesWritten;
        if (_silentSince == 0 || bytes != _lastBytes)
        {
            _lastBytes = bytes;
            _silentSince = Stopwatch.GetTimestamp();
        }

        return Stopwatch.GetElapsedTime(_silentSince) >= time;
    }

    public async Task RunAsync(Action<string> log)
    {
        using (_cancellation)
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
                outcome = "stopped";
            }

            log(string.Create(
                CultureInfo.InvariantCulture,
                $"{Client} -> {Address.Format(_target)}: {outcome}; {There.BytesWritten} bytes there, {Back.BytesWritten} back, {Age.TotalSeconds:F3} s"));
        }
    }

    private async Task<Socket> ConnectAsync()
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(_cancellation.Token);
        timeout.CancelAfter(_limits.ConnectTimeout);
        try
        {
            return await SpliceSocket.ConnectAsync(_target, timeout.Token);
        }
        catch (OperationCanceledException) when (!_cancellation.IsCancellationRequested)
        {
            throw new SocketException((int)SocketError.TimedOut);
        }
    }

    private async Task<string> RelayAsync(Socket server)
    {
        _client.SendAtOnce();
        server.SendAtOnce();
        RelayResult result = await Transfer.RelayAsync(_client, server, _options, _cancellation.Token);

        // A reset is passed on as one, and what was cut off must not look like the end.
        if (result.AToB.Side == TransferSide.Source || !result.AToB.Undelivered.IsEmpty)
        {
            server.Abort();
        }

        if (result.BToA.Side == TransferSide.Source || !result.BToA.Undelivered.IsEmpty)
        {
            _client.Abort();
        }

        return result.End switch
        {
            RelayEnd.Completed => "completed",
            RelayEnd.IdleTimeout => "idle for too long",
            RelayEnd.MaxBytes => "as many bytes as it may have",
            _ => $"failed: {Fault(result.AToB, "client", "server")}{Fault(result.BToA, "server", "client")}".TrimEnd(',', ' '),
        } + Fault(result.AToB.Tap, "there") + Fault(result.BToA.Tap, "back");
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
