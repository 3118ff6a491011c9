using System.Net;
using System.Net.Sockets;
using ZeroCopy;

namespace TcpRelaySample;

/// <summary>A listening socket, and the file of a unix one, which is removed in the end.</summary>
internal sealed class Listener : IDisposable
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);

    private readonly string? _path;

    public Listener(EndPoint address)
    {
        if (address is DnsEndPoint name)
        {
            address = new IPEndPoint(Dns.GetHostAddresses(name.Host)[0], name.Port);
        }

        bool isUnix = address.AddressFamily == AddressFamily.Unix;
        Socket = new Socket(address.AddressFamily, SocketType.Stream, isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            if (isUnix)
            {
                _path = address.ToString();
                RemoveIfNobodyListens(address);
            }

            Socket.Bind(address);
            Socket.Listen();
        }
        catch
        {
            Socket.Dispose();
            throw;
        }
    }

    public Socket Socket { get; }

    public string Address => TcpRelaySample.Address.Format(Socket.LocalEndPoint);

    /// <summary>Accepts a client. Where that fails, it says so, but not again for the same client, and goes on trying.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled, which alone ends it.</exception>
    public async Task<Socket> AcceptAsync(Action<string> log, CancellationToken cancellationToken)
    {
        for (bool isKnown = false; ; isKnown = true)
        {
            try
            {
                return await SpliceSocket.AcceptAsync(Socket, cancellationToken);
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                // A client that gave up meanwhile, or too many descriptors: it waits in the backlog until there is one again.
                if (!isKnown)
                {
                    log($"cannot accept: {e.Message}");
                }

                await Task.Delay(_pause, cancellationToken);
            }
        }
    }

    public void Dispose()
    {
        Socket.Dispose();
        if (_path is not null)
        {
            File.Delete(_path);
        }
    }

    /// <summary>A program that was killed leaves its file behind, which nobody else can bind to.</summary>
    private static void RemoveIfNobodyListens(EndPoint address)
    {
        using Socket probe = new(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(address);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused && IsSocket(address.ToString()!))
        {
            File.Delete(address.ToString()!);
        }
        catch (SocketException)
        {
            // There is no such file, or none to be connected to: binding says so.
        }
    }

    /// <summary>Connecting to a file of another kind is refused too, and that one is not ours to remove.</summary>
    private static bool IsSocket(string path)
    {
        try
        {
            File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite).Dispose();
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.HResult == (int)Errno.ENXIO;
        }
    }
}
