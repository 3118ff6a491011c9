using System.Net;
using System.Net.Sockets;
using TcpRelaySample;
using ZeroCopy;

namespace SniProxySample;

/// <summary>Connects TLS clients to the servers that they name, without a key: the ciphertext passes inside the kernel.</summary>
internal sealed class Proxy(Routes routes, TimeSpan helloTimeout)
{
    private const int Places = 1000;

    private static readonly TimeSpan _connectTimeout = TimeSpan.FromSeconds(10);
    private static readonly RelayOptions _options = new() { IdleTimeout = TimeSpan.FromMinutes(10) };

    /// <summary>
    /// One for each connection; who finds none free waits in the backlog. So many that descriptors, two for each and four for the pipes of one that is busy,
    /// do not run out: without one, .NET cannot start a thread, and ends the process.
    /// </summary>
    private readonly SemaphoreSlim _places = new(Places);

    /// <summary>Serves until it is stopped, and all connections are over.</summary>
    public async Task RunAsync(Listener listener, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await AcceptAsync(listener, stop), stop);
            }
        }
        catch (OperationCanceledException)
        {
            listener.Dispose();
        }

        for (int free = 0; free < Places; free++)
        {
            await _places.WaitAsync(CancellationToken.None);
        }
    }

    private async Task<Socket> AcceptAsync(Listener listener, CancellationToken stop)
    {
        await _places.WaitAsync(stop);
        try
        {
            return await listener.AcceptAsync(Log.Write, stop);
        }
        catch (OperationCanceledException)
        {
            _places.Release();
            throw;
        }
    }

    private async Task ServeAsync(Socket client, CancellationToken stop)
    {
        try
        {
            string from = Address.Format(client.RemoteEndPoint);
            string outcome;
            using (client)
            {
                outcome = await AnswerAsync(client, stop);
            }

            Log.Write($"{from}: {outcome}");
        }
        finally
        {
            _places.Release();
        }
    }

    /// <returns>What became of the client, for people.</returns>
    private async Task<string> AnswerAsync(Socket client, CancellationToken stop)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            patience.CancelAfter(helloTimeout);
            ClientHello hello = await HelloReader.PeekAsync(client, patience.Token);
            return hello.Kind switch
            {
                HelloKind.NotTls => "refused: not TLS",
                HelloKind.Incomplete => "its hello broke off",
                HelloKind.Malformed => TlsAlert.Refuse(client, TlsAlert.DecodeError, "refused: no hello"),
                _ when routes.Find(hello.ServerName) is EndPoint target =>
                    $"{hello.ServerName} -> {Address.Format(target)}: {await PassAsync(client, target, patience, stop)}",
                _ => TlsAlert.Refuse(client, TlsAlert.UnrecognizedName, $"refused: no route for {hello.ServerName ?? "no name"}"),
            };
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            client.Abort();
            return "stopped";
        }
        catch (OperationCanceledException)
        {
            return "refused: no hello in time";
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return e.Message;
        }
    }

    private static async Task<string> PassAsync(Socket client, EndPoint target, CancellationTokenSource patience, CancellationToken stop)
    {
        try
        {
            patience.CancelAfter(_connectTimeout);
            using Socket server = await SpliceSocket.ConnectAsync(target, patience.Token);
            client.SendAtOnce();
            server.SendAtOnce();
            RelayResult result = await RelayUntilStoppedAsync(client, server, stop);
            bool isStopped = result.End == RelayEnd.Canceled;
            result.PassOnResets(client, server, isCutOff: isStopped || result.End == RelayEnd.IdleTimeout);
            return $"{(isStopped ? "stopped" : result.End.ToString())}; {result.BytesAToB} bytes there, {result.BytesBToA} back";
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return TlsAlert.Refuse(client, TlsAlert.InternalError, $"cannot connect: {(e is SocketException ? e.Message : "no answer in time")}");
        }
    }

    private static async Task<RelayResult> RelayUntilStoppedAsync(Socket client, Socket server, CancellationToken stop)
    {
        try
        {
            return await Transfer.RelayAsync(client, server, _options, stop);
        }
        catch (TransferCanceledException e)
        {
            return e.Relay!;
        }
    }
}
