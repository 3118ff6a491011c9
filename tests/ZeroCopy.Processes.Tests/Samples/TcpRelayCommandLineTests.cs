using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ZeroCopy.Processes.Tests.Samples;

/// <summary>What the relay sample is told on its command line, and what it shows.</summary>
public sealed class TcpRelayCommandLineTests : TcpRelayTest
{
    [Theory]
    [InlineData("'nowhere' is no address", "--listen", "nowhere", "--to", "127.0.0.1:1")]
    [InlineData("'127.0.0.1:99999' is no address", "--listen", "127.0.0.1:99999", "--to", "127.0.0.1:1")]
    [InlineData("'::1:80' is no address", "--listen", AnyPort, "--to", "::1:80")]
    [InlineData("'[127.0.0.1' is no address", "--listen", AnyPort, "--to", "[127.0.0.1")]
    [InlineData("'unix:' is no address", "--listen", AnyPort, "--to", "unix:")]
    [InlineData("'5 minutes' is no time", "--listen", AnyPort, "--to", "127.0.0.1:1", "--idle-timeout", "5 minutes")]
    [InlineData("'0s' is no time", "--listen", AnyPort, "--to", "127.0.0.1:1", "--idle-timeout", "0s")]
    [InlineData("'9999999999h' is no time", "--listen", AnyPort, "--to", "127.0.0.1:1", "--idle-timeout", "9999999999h")]
    [InlineData("'25h' is no time", "--listen", AnyPort, "--to", "127.0.0.1:1", "--idle-timeout", "25h")]
    [InlineData("'soon' is no time", "--listen", AnyPort, "--to", "127.0.0.1:1", "--connect-timeout", "soon")]
    [InlineData("--max-connections: '0'", "--listen", AnyPort, "--to", "127.0.0.1:1", "--max-connections", "0")]
    [InlineData("--max-connections: '-5'", "--listen", AnyPort, "--to", "127.0.0.1:1", "--max-connections", "-5")]
    [InlineData("--max-bytes", "--listen", AnyPort, "--to", "127.0.0.1:1", "--max-bytes", "-1")]
    [InlineData("--max-bytes", "--listen", AnyPort, "--to", "127.0.0.1:1", "--max-bytes", "many")]
    [InlineData("--tap: '/no/such/folder/tap'", "--listen", AnyPort, "--to", "127.0.0.1:1", "--tap", "/no/such/folder/tap")]
    [InlineData("--tap: '/'", "--listen", AnyPort, "--to", "127.0.0.1:1", "--tap", "/")]
    [InlineData("--to", "--listen", AnyPort)]
    [InlineData("--listen", "--to", "127.0.0.1:1")]
    [InlineData("--fast", "--listen", AnyPort, "--to", "127.0.0.1:1", "--fast")]
    public void WrongArgument_RefusedWithAMessageThatNamesIt(string message, params string[] arguments)
    {
        using Daemon relay = NotYetListening(arguments);
        relay.WaitForExit().Should().Be(1);
        relay.Lines.Should().Contain(line => line.Contains(message, StringComparison.Ordinal));
        relay.Lines.Should().NotContain(line => line.Contains("   at ", StringComparison.Ordinal), "that is no stack trace");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Address_InUse_RefusedAndTheOtherGoesOn(bool isUnix)
    {
        (Socket server, string address) = Listen(isUnix);
        using Daemon relay = NotYetListening("--listen", address, "--to", "127.0.0.1:1");
        relay.WaitForExit().Should().Be(1);
        relay.WaitForLine($"tcprelay: cannot listen on {address}: Address already in use");
        Own(new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Unspecified)).Connect(server.LocalEndPoint!);
    }

    [Fact]
    public void UnixAddress_IsAnOrdinaryFile_RefusedAndTheFileStays()
    {
        string path = NewPath();
        File.WriteAllText(path, "precious");
        using Daemon relay = NotYetListening("--listen", $"unix:{path}", "--to", "127.0.0.1:1");
        relay.WaitForExit().Should().Be(1);
        relay.WaitForLine("tcprelay: cannot listen on unix:");
        File.ReadAllText(path).Should().Be("precious");
    }

    [SkippableTheory]
    [InlineData("localhost:0", "localhost")]
    [InlineData("[::1]:0", "[::1]")]
    public void Address_AsANameOrVersion6_Works(string listen, string to)
    {
        Skip.IfNot(Socket.OSSupportsIPv6 && File.Exists("/proc/net/if_inet6") && File.ReadAllText("/proc/net/if_inet6").Length > 0, "no IPv6 here");
        using Socket server = new(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        server.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        server.Listen();
        Daemon relay = StartRelay(string.Create(CultureInfo.InvariantCulture, $"{to}:{((IPEndPoint)server.LocalEndPoint!).Port}"), listen);
        using Socket client = new(SocketType.Stream, ProtocolType.Tcp);
        client.Connect(IPEndPoint.Parse(AddressOf(relay)));
        using Socket accepted = InTime(server.Accept);
        client.Send([1, 2, 3]);
        accepted.ReceiveExactly(3).Should().Equal(1, 2, 3);
    }

    [Fact]
    public void Help_ShowsTheOptionsAndTheirDefaults()
    {
        using Daemon relay = NotYetListening("--help");
        relay.WaitForExit().Should().Be(0);
        string help = string.Join('\n', relay.Lines);
        help.Should().ContainAll("--listen <ADDRESS>", "--to <ADDRESS>", "--max-bytes <N>", "--tap <FILE>", "--live");
        help.Should().MatchRegex(@"--max-connections <N> .*\[default: 10000\]");
        help.Should().MatchRegex(@"--connect-timeout <TIME> .*\[default: 00:00:10\]");
        help.Should().MatchRegex(@"--idle-timeout <TIME> .*\[default: 00:05:00\]");
    }

    [SkippableFact]
    public void Live_OnATerminal_ShowsConnectionsAndRatesAndEndsWithControlC()
    {
        Shell.SkipWithout("script");
        (Socket server, string to) = Listen();
        string sample = Repository.Built("TcpRelay", "TcpRelay.dll");
        Daemon relay = Own(new Daemon("script", "-qefc", $"stty cols 120 rows 40; exec dotnet {sample} --listen {AnyPort} --to {to} --live", "/dev/null"));
        relay.WaitForLine("0 open");
        SocketPair ends = ConnectThrough(relay, server);
        ends.Near.Send(new byte[3 << 10]);
        ends.Far.ReceiveExactly(3 << 10);

        relay.WaitForLine("1 open");
        relay.WaitForLine("3.0 KiB").Should().Contain($"{ends.Near.LocalEndPoint}");
        ends.Near.Shutdown(SocketShutdown.Send);
        ends.Far.Shutdown(SocketShutdown.Send);
        relay.WaitForLine("completed; 3072 bytes there, 0 back");

        relay.Type("\u0003");
        relay.WaitForExit().Should().Be(0);
    }
}
