using System.Net.Sockets;

namespace ZeroCopy.Processes.Tests.Samples;

/// <summary>What the TLS proxy sample is told on its command line, and by signals.</summary>
public sealed class SniProxyCommandLineTests : SniProxyTest
{
    private const string Route = "a.example=127.0.0.1:1";

    [Theory]
    [InlineData("'nowhere' is no address", "--listen", "nowhere", "--route", Route)]
    [InlineData("'unix:/tmp/x' is no address of TCP", "--listen", "unix:/tmp/x", "--route", Route)]
    [InlineData("'a.example' is no route", "--listen", AnyPort, "--route", "a.example")]
    [InlineData("'=127.0.0.1:1' is no route", "--listen", AnyPort, "--route", "=127.0.0.1:1")]
    [InlineData("'*=127.0.0.1:1' is no route", "--listen", AnyPort, "--route", "*=127.0.0.1:1")]
    [InlineData("'a.*.example=127.0.0.1:1' is no route", "--listen", AnyPort, "--route", "a.*.example=127.0.0.1:1")]
    [InlineData("'a.example.=127.0.0.1:1' is no route", "--listen", AnyPort, "--route", "a.example.=127.0.0.1:1")]
    [InlineData("'a.example=127.0.0.1' is no route", "--listen", AnyPort, "--route", "a.example=127.0.0.1")]
    [InlineData("'A.EXAMPLE' has two routes", "--listen", AnyPort, "--route", Route, "--route", "A.EXAMPLE=127.0.0.1:2")]
    [InlineData("'nowhere' is no address", "--listen", AnyPort, "--route", Route, "--default", "nowhere")]
    [InlineData("'soon' is no time", "--listen", AnyPort, "--route", Route, "--hello-timeout", "soon")]
    [InlineData("'25h' is no time", "--listen", AnyPort, "--route", Route, "--hello-timeout", "25h")]
    [InlineData("--route", "--listen", AnyPort)]
    [InlineData("--listen", "--route", Route)]
    [InlineData("--fast", "--listen", AnyPort, "--route", Route, "--fast")]
    public void WrongArgument_RefusedWithAMessageThatNamesIt(string message, params string[] arguments)
    {
        using Daemon proxy = new("dotnet", [Program, .. arguments]);
        proxy.WaitForExit().Should().Be(1);
        proxy.Lines.Should().Contain(line => line.Contains(message, StringComparison.Ordinal));
        proxy.Lines.Should().NotContain(line => line.Contains("   at ", StringComparison.Ordinal), "that is no stack trace");
    }

    [Fact]
    public void Address_InUse_RefusedWithAMessage()
    {
        (_, string address) = Listen();
        using Daemon proxy = new("dotnet", Program, "--listen", address, "--route", Route);
        proxy.WaitForExit().Should().Be(1);
        proxy.WaitForLine($"sniproxy: cannot listen on {address}: Address already in use");
    }

    [Fact]
    public void Help_ShowsTheOptions()
    {
        using Daemon proxy = new("dotnet", Program, "--help");
        proxy.WaitForExit().Should().Be(0);
        string.Join('\n', proxy.Lines).Should().ContainAll(
            "--listen <ADDRESS>", "--route <NAME=ADDRESS>", "--default <ADDRESS>", "--hello-timeout <TIME>", "[default: 00:00:05]");
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public void Signal_WithConnectionsInEveryState_EndsAtOnce(string signal)
    {
        (Socket server, string to) = Listen();
        Daemon proxy = StartProxy("--route", $"a.example={to}", "--hello-timeout", "1m");
        SocketPair served = MustServe(proxy, server);
        Socket half = Say(proxy, Hello.For("a.example").AsSpan(0, 10));
        proxy.Signal(signal);
        proxy.WaitForExit().Should().Be(0);
        MustBeOver(served.Near);
        MustBeOver(served.Far);
        MustBeOver(half);
    }
}
