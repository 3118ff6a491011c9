using System.Net.Sockets;

namespace ZeroCopy.Processes.Tests.Samples;

/// <summary>The TLS proxy sample where the kernel refuses what it needs to accept a client.</summary>
public sealed class SniProxyFaultTests : SniProxyTest
{
    private static readonly byte[] _hello = Hello.For("a.example");

    [SkippableFact]
    public void Accept_NoDescriptorIsLeftForAWhile_SaidAndTriedAgain()
    {
        // Every other call of each thread.
        (Socket server, Daemon proxy) = StartFailing("accept4", "error=EMFILE:when=1+2");
        MustServe(proxy, server);
        MustServe(proxy, server);
        proxy.WaitForLine("cannot accept: ").Should().Contain("Too many open files");
    }

    [SkippableFact]
    public void Accept_NoWaitIsPermittedForAWhile_SaidAndTriedAgain()
    {
        // The first call of each thread: a client whose own waits meet it is turned away.
        (Socket server, Daemon proxy) = StartFailing("epoll_ctl", "error=ENOSPC:when=1");
        proxy.WaitForLine("cannot accept: ").Should().Contain("max_user_watches");
        Eventually(() => IsServed(Say(proxy, _hello), server), "it goes on accepting");
    }

    private (Socket Server, Daemon Proxy) StartFailing(string call, string fault)
    {
        (Socket server, string to) = Listen();
        return (server, Own(Failing(call, fault, "/dev/null", "dotnet", Program, "--listen", AnyPort, "--route", $"a.example={to}")));
    }

    private bool IsServed(Socket client, Socket server)
    {
        client.Shutdown(SocketShutdown.Send);
        if (!server.Poll(TimeSpan.FromMilliseconds(500), SelectMode.SelectRead))
        {
            return false;
        }

        SocketPair ends = Own(new SocketPair(client, server.Accept()));
        try
        {
            return ends.Far.ReceiveToEnd().Length == _hello.Length;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return false;
        }
    }
}
