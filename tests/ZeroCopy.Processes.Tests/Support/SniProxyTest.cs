using System.Net.Sockets;

namespace ZeroCopy.Processes.Tests.Support;

/// <summary>A test of the TLS proxy sample as a process of its own, between clients and servers of the test's.</summary>
public abstract class SniProxyTest : TcpRelayTest
{
    protected const byte DecodeError = 50;
    protected const byte InternalError = 80;
    protected const byte UnrecognizedName = 112;

    protected static string Program { get; } = Repository.Built("SniProxy", "SniProxy.dll");

    /// <summary>Starts the sample, and waits until it listens.</summary>
    protected Daemon StartProxy(params string[] options)
    {
        Daemon proxy = Own(new Daemon("dotnet", [Program, "--listen", AnyPort, .. options]));
        proxy.WaitForLine("listening on ");
        return proxy;
    }

    /// <summary>Starts a server, and the sample with a route to it.</summary>
    protected (Socket Server, Daemon Proxy) Start(params string[] options)
    {
        (Socket server, string to) = Listen();
        return (server, StartProxy(["--route", $"a.example={to}", .. options]));
    }

    /// <summary>Connects a client, which says something.</summary>
    protected Socket Say(Daemon proxy, ReadOnlySpan<byte> bytes)
    {
        Socket client = Connect(proxy);
        client.NoDelay = true;
        client.Send(bytes);
        return client;
    }

    /// <summary>Takes what the proxy connects for a client, which has to begin with its hello.</summary>
    protected SocketPair Served(Socket client, Socket server, ReadOnlySpan<byte> hello)
    {
        SocketPair ends = Own(new SocketPair(client, InTime(server.Accept)));
        ends.Far.ReceiveExactly(hello.Length).MustBe(hello);
        return ends;
    }

    /// <summary>A client like any other gets through.</summary>
    protected SocketPair MustServe(Daemon proxy, Socket server, string name = "a.example")
    {
        byte[] hello = Hello.For(name);
        SocketPair ends = Served(Say(proxy, hello), server, hello);
        ends.Far.Send([1, 2, 3]);
        ends.Near.ReceiveExactly(3).Should().Equal(1, 2, 3);
        return ends;
    }

    /// <summary>The client is told why, and then there is nothing more, in an orderly way.</summary>
    protected static void MustBeAlerted(Socket client, byte alert) => client.ReceiveToEnd().Should().Equal([21, 3, 1, 0, 2, 2, alert]);

    /// <summary>It ends after so many bytes, or with a reset.</summary>
    protected static void MustBeOver(Socket client, int bytes = 0)
    {
        client.ReceiveExactly(bytes);
        try
        {
            client.ReceiveToEnd().Should().BeEmpty();
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Bytes of the client that nobody read make it that.
        }
    }
}
