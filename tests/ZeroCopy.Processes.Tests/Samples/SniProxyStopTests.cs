using System.Net.Sockets;

namespace ZeroCopy.Processes.Tests.Samples;

/// <summary>The TLS proxy sample, told to stop.</summary>
public sealed class SniProxyStopTests : SniProxyTest
{
    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public void Signal_NobodyThere_EndsAtOnce(string signal)
    {
        (_, Daemon proxy) = Start();
        proxy.Signal(signal);
        proxy.WaitForExit().Should().Be(0);
    }

    [Fact]
    public void Signal_Connections_BothSidesOfEachAreReset()
    {
        (Socket server, Daemon proxy) = Start();
        SocketPair[] all = [.. Enumerable.Range(0, 20).Select(_ => MustServe(proxy, server))];
        proxy.Signal("TERM");
        proxy.WaitForExit().Should().Be(0);
        Array.ForEach(all, ends => MustBeReset(ends.Near));
        Array.ForEach(all, ends => MustBeReset(ends.Far));
        proxy.WaitForLines("stopped; ", all.Length).Should().AllSatisfy(line => line.Should().EndWith(" bytes there, 3 back"));
    }

    [Fact]
    public void Signal_WithinAHello_ClientIsReset()
    {
        (Socket server, Daemon proxy) = Start("--hello-timeout", "1m");
        Socket silent = Connect(proxy);
        MustServe(proxy, server);
        proxy.Signal("TERM");
        proxy.WaitForExit().Should().Be(0);
        MustBeReset(silent);
    }

    [Fact]
    public void Signal_WhileConnecting_ClientIsReset()
    {
        string to = SilentAddress();
        int before = Connecting(to);
        Daemon proxy = StartProxy("--default", to, "--route", $"a.example={to}");
        Socket client = Say(proxy, Hello.For("a.example"));
        Eventually(() => Connecting(to) > before, "it tries to connect");
        proxy.Signal("TERM");
        proxy.WaitForExit().Should().Be(0);
        MustBeReset(client);
        proxy.WaitForLine("stopped");
    }
}
