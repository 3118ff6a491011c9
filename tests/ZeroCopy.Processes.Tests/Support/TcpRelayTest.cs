using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace ZeroCopy.Processes.Tests.Support;

/// <summary>A test of the relay sample as a process of its own, between clients and servers of the test's.</summary>
public abstract partial class TcpRelayTest : TransferTest
{
    private const string Says = "listening on ";

    /// <summary>An address of the loopback whose port the kernel chooses.</summary>
    protected const string AnyPort = "127.0.0.1:0";

    private static readonly byte[] _tooMuch = new byte[100_000_000];

    /// <summary>Starts the sample, and waits until it listens.</summary>
    protected Daemon StartRelay(string to, string listen = AnyPort, params string[] options)
    {
        Daemon relay = Own(NotYetListening(["--listen", listen, "--to", to, .. options]));
        relay.WaitForLine(Says);
        return relay;
    }

    protected static Daemon NotYetListening(params string[] arguments) => new("dotnet", [Repository.Built("TcpRelay", "TcpRelay.dll"), .. arguments]);

    /// <summary>Runs a program with a system call that fails at times, which are those of each thread.</summary>
    protected static Daemon Failing(string call, string fault, string log, params string[] program)
    {
        Shell.SkipWithoutTracing();
        return new("strace", ["-f", "-qq", "-ttt", "--seccomp-bpf", "-o", log, "-e", $"trace={call}", "-e", $"inject={call}:{fault}", .. program]);
    }

    /// <summary>Where it listens, as it says.</summary>
    protected static string AddressOf(Daemon relay)
    {
        string line = relay.WaitForLine(Says);
        return line[(line.IndexOf(Says, StringComparison.Ordinal) + Says.Length)..line.IndexOf(',', StringComparison.Ordinal)];
    }

    protected static int PortOf(Daemon relay) => ((IPEndPoint)EndPointOf(AddressOf(relay))).Port;

    /// <summary>A server's socket, and its address as the sample takes it.</summary>
    protected (Socket Listener, string Address) Listen(bool isUnix = false)
    {
        Socket listener = Own(NewSocket(isUnix));
        string path = NewPath();
        listener.Bind(isUnix ? new UnixDomainSocketEndPoint(path) : new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        return (listener, isUnix ? $"unix:{path}" : string.Create(CultureInfo.InvariantCulture, $"{listener.LocalEndPoint}"));
    }

    protected Socket Connect(Daemon relay)
    {
        EndPoint address = EndPointOf(AddressOf(relay));
        Socket client = Own(NewSocket(address.AddressFamily == AddressFamily.Unix));
        client.Connect(address);
        return client;
    }

    /// <summary>Connects a client, which may say something at once, and accepts what the relay connects for it.</summary>
    protected SocketPair ConnectThrough(Daemon relay, Socket server, params ReadOnlySpan<byte> said)
    {
        Socket client = Connect(relay);
        client.Send(said);
        return Own(new SocketPair(client, InTime(server.Accept)));
    }

    /// <summary>Sends all and then the end, which have to arrive.</summary>
    protected static void MustSendAll(Socket from, Socket to, byte[] bytes)
    {
        Task sending = OnItsOwnThread(() =>
        {
            from.Send(bytes);
            from.Shutdown(SocketShutdown.Send);
            return true;
        });
        to.ReceiveToEnd().MustBe(bytes);
        sending.Wait(Patience).Should().BeTrue();
    }

    protected static void MustBeReset(Socket socket) =>
        FluentActions.Invoking(() => InTime(socket.ReceiveToEnd)).Should().Throw<SocketException>()
            .Which.SocketErrorCode.Should().Be(SocketError.ConnectionReset);

    protected bool IsRefused(Daemon relay)
    {
        try
        {
            Connect(relay).Dispose();
            return false;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.ConnectionReset)
        {
            // The latter by a listener that is closed at this moment.
            return true;
        }
    }

    /// <summary>An address that does not answer who connects, since it has all the clients that may wait to be accepted.</summary>
    protected string SilentAddress()
    {
        Socket server = Own(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        server.Listen(0);
        bool isWaiting;
        do
        {
            Socket client = Own(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false });
            StartConnecting(client, server.LocalEndPoint!);
            isWaiting = !client.Poll(TimeSpan.FromMilliseconds(200), SelectMode.SelectWrite);
        }
        while (!isWaiting);
        return string.Create(CultureInfo.InvariantCulture, $"{server.LocalEndPoint}");
    }

    /// <summary>How many try to connect to that address.</summary>
    protected static int Connecting(string address) => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()
        .Count(connection => connection.State == TcpState.SynSent && connection.RemoteEndPoint.Equals(IPEndPoint.Parse(address)));

    /// <summary>Sends more than all that is between the ends holds.</summary>
    protected static Task SendTooMuch(Socket socket) => OnItsOwnThread(() => socket.Send(_tooMuch));

    private static Socket NewSocket(bool isUnix) =>
        isUnix ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private static EndPoint EndPointOf(string address) =>
        address.StartsWith("unix:", StringComparison.Ordinal) ? new UnixDomainSocketEndPoint(address["unix:".Length..]) : IPEndPoint.Parse(address);

    private static void StartConnecting(Socket client, EndPoint address)
    {
        try
        {
            client.Connect(address);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock)
        {
            // It is on its way, or waits for ever.
        }
    }
}
