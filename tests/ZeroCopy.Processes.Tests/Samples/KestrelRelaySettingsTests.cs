using System.Net.Sockets;

namespace ZeroCopy.Processes.Tests.Samples;

/// <summary>What the relay in an ASP.NET Core host is told by its configuration.</summary>
public sealed class KestrelRelaySettingsTests : KestrelRelayTest
{
    [Theory]
    [InlineData("Relay:Redis:Listen: 'nowhere' is no address", "--Relay:Redis:Listen", "nowhere")]
    [InlineData("Relay:Redis:To: '127.0.0.1' is no address", "--Relay:Redis:To", "127.0.0.1")]
    [InlineData("Relay:Redis:To: '' is no address", "--Relay:Redis:To", "")]
    [InlineData("Relay:Web:Listen: '' is no address", "--Relay:Web:To", "127.0.0.1:1")]
    [InlineData("Relay:Redis:MaxConnections: 0 is no number of connections", "--Relay:Redis:MaxConnections", "0")]
    [InlineData("'many' at 'Relay:Redis:MaxConnections'", "--Relay:Redis:MaxConnections", "many")]
    [InlineData("'soon' at 'Relay:Redis:IdleTimeout'", "--Relay:Redis:IdleTimeout", "soon")]
    [InlineData("Relay:Redis:IdleTimeout: 30.00:00:00 is no time", "--Relay:Redis:IdleTimeout", "30")]
    [InlineData("Relay:Redis:ConnectTimeout: 00:00:00 is no time", "--Relay:Redis:ConnectTimeout", "00:00:00")]
    [InlineData("Relay:Redis:DrainTimeout: -00:00:01 is no time", "--Relay:Redis:DrainTimeout", "-00:00:01")]
    [InlineData("Relay:Redis:StopSilence: 00:00:00 is no time", "--Relay:Redis:StopSilence", "00:00:00")]
    [InlineData("'IdleTime'", "--Relay:Redis:IdleTime", "00:00:10")]
    [InlineData("Http:MaxConnections: 0 is no number of connections", "--Http:MaxConnections", "0")]
    [InlineData("Http:MaxViewers: -1 is no number of viewers", "--Http:MaxViewers", "-1")]
    [InlineData("'MaxViews'", "--Http:MaxViews", "10")]
    [InlineData("Invalid url: 'nowhere'", "--Kestrel:Endpoints:Http:Url", "nowhere")]
    public void WrongSetting_RefusedWithAMessageThatNamesIt(string message, params string[] settings)
    {
        using Daemon host = NotYetStarted(["--Relay:Redis:Listen", AnyPort, .. settings]);
        host.WaitForExit().Should().Be(1);
        host.Lines.Should().ContainSingle().Which.Should().StartWith("kestrelrelay: ").And.Contain(message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void RelayAddress_InUse_RefusedAndTheOtherGoesOn(bool isUnix)
    {
        (Socket server, string address) = Listen(isUnix);
        using Daemon host = NotYetStarted("--Relay:Redis:Listen", address);
        host.WaitForExit().Should().Be(1);
        host.WaitForLine($"kestrelrelay: cannot listen on {address}: Address already in use");
        host.Lines.Should().NotContain(line => line.Contains("   at ", StringComparison.Ordinal), "that is no stack trace");
        Own(new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Unspecified)).Connect(server.LocalEndPoint!);
    }

    [Fact]
    public void HttpAddress_InUse_RefusedAndTheRelayIsClosed()
    {
        (_, string address) = Listen();
        string path = NewPath();
        using Daemon host = NotYetStarted("--Relay:Redis:Listen", $"unix:{path}", "--Kestrel:Endpoints:Http:Url", $"http://{address}");
        host.WaitForExit().Should().Be(1);
        host.WaitForLine($"kestrelrelay: Failed to bind to address http://{address}: address already in use.");
        File.Exists(path).Should().BeFalse();
    }

    [Fact]
    public void Environment_HasTheSettings_TheyHold()
    {
        (Socket server, string to) = Listen();
        Daemon host = Own(new Daemon(
            "env",
            $"Relay__Redis__Listen={AnyPort}",
            $"Relay__Redis__To={to}",
            "Relay__Redis__IdleTimeout=00:00:00.3",
            $"Kestrel__Endpoints__Http__Url=http://{AnyPort}",
            "dotnet",
            Repository.Built("KestrelRelay", "KestrelRelay.dll")));
        ConnectThrough(host, server).Near.ReceiveToEnd().Should().BeEmpty();
        host.WaitForLine("idle for too long; 0 bytes there, 0 back");
    }
}
