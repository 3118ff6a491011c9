using System.Net;
using System.Net.Sockets;
using TcpRelaySample;
using ZeroCopy;

namespace SniProxySample;

/// <summary>Connects TLS clients to the servers that they name, without a key: the ciphertext passes inside the kernel.</summary>
internal sealed class Proxy(Routes routes, TimeSpan helloTimeout)
{
    private static readonly TimeSpan _connectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);
    private static readonly RelayOptions _options = new() { IdleTimeout = TimeSpan.FromMinutes(10) };

    /// <summary>
    /// One for each connection; who finds none free waits in the backlog. So many that descriptors, two for each and four for the pipes of one that is busy,
    /// do not run out: without one, .NET cannot start a thread, and ends the process.
    /// </summary>
    private readonly SemaphoreSlim _places = new(1000);

    public async Task RunAsync(Socket listener, CancellationToken stop)
    {
        while (true)
        {
            await _places.WaitAsync(stop);
            try
            {
                _ = ServeAsync(await SpliceSocket.AcceptAsync(listener, stop), stop);
            }
            catch (SocketException e)
            {
                // A client that gave up meanwhile, or too many descriptors all the same.
                _places.Release();
                await Console.Error.WriteLineAsync($"cannot accept: {e.Message}");
                await Task.Delay(_pause, stop);
            }
        }
    }

    private async Task ServeAsync(Socket client, CancellationToken stop)
    {
        string from = Address.Format(client.RemoteEndPoint);
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        string outcome;
        try
        {
            patience.CancelAfter(helloTimeout);
            ClientHello hello = await HelloReader.PeekAsync(client, patience.Token);
            outcome = hello.Kind switch
            {
                HelloKind.NotTls => "refused: not TLS",
                HelloKind.Incomplete => "its hello broke off",
                HelloKind.Malformed => TlsAlert.Refuse(client, TlsAlert.DecodeError, "refused: no hello"),
                _ when routes.Find(hello.ServerName) is EndPoint target =>
                    $"{hello.ServerName} -> {Address.Format(target)}: {await PassAsync(client, target, patience, stop)}",
                _ => TlsAlert.Refuse(client, TlsAlert.UnrecognizedName, $"refused: no route for {hello.ServerName ?? "no name"}"),
            };
        }
        catch (OperationCanceledException)
        {
            outcome = stop.IsCancellationRequested ? "stopped" : "refused: no hello in time";
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            outcome = e.Message;
        }
        finally
        {
            client.Dispose();
            _places.Release();
        }

        await Console.Error.WriteLineAsync($"{from}: {outcome}");
    }

    private static async Task<string> PassAsync(Socket client, EndPoint target, CancellationTokenSource patience, CancellationToken stop)
    {
        try
        {
            patience.CancelAfter(_connectTimeout);
            using Socket server = await SpliceSocket.ConnectAsync(target, patience.Token);
            client.SendAtOnce();
            server.SendAtOnce();
            RelayResult result = await Transfer.RelayAsync(client, server, _options, stop);

            // A reset is passed on as one: what was cut off must not look like the end.
            Socket? other = result.AToB.Side == TransferSide.Source ? server : result.BToA.Side == TransferSide.Source ? client : null;
            other?.Abort();
            return $"{result.End}; {result.BytesAToB} bytes there, {result.BytesBToA} back";
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return TlsAlert.Refuse(client, TlsAlert.InternalError, $"cannot connect: {(e is SocketException ? e.Message : "no answer in time")}");
        }
    }
}
