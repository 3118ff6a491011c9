using System.Net;
using System.Net.Sockets;

namespace ZeroCopy.Processes.Tests.Samples;

/// <summary>What bounds and guards HTTP beside the relays.</summary>
public sealed class KestrelRelayHttpTests : KestrelRelayPageTest
{
    [Fact]
    public void Connections_OneMoreThanMayBe_IsClosedUntilAnotherHasEnded()
    {
        (Socket server, string to) = Listen();
        Daemon host = StartHost(to, "--Http:MaxConnections", "2");
        Socket first = Own(ConnectToHttp(host));
        IsServed(first).Should().BeTrue();
        IsServed(Own(ConnectToHttp(host))).Should().BeTrue();

        IsServed(Own(ConnectToHttp(host))).Should().BeFalse();
        for (int i = 0; i < 3; i++)
        {
            SocketPair relayed = ConnectThrough(host, server);
            relayed.Near.Send([1]);
            relayed.Far.ReceiveExactly(1);
        }

        first.Dispose();
        Eventually(() => IsNextServed(host), "there is room for one");
    }

    [Theory]
    [InlineData("/", "text/html")]
    [InlineData("/page.css", "text/css")]
    [InlineData("/page.js", "text/javascript")]
    [InlineData("/icon.svg", "image/svg+xml")]
    public async Task Page_EachFile_HasItsTypeAndAPolicy(string path, string type)
    {
        (_, string to) = Listen();
        HttpResponseMessage answer = await GetAsync(StartHost(to), path);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.Should().Be(type);
        answer.Headers.GetValues("Content-Security-Policy").Should().ContainSingle().Which.Should().StartWith("default-src 'none'; ");
        answer.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
        (await answer.Content.ReadAsStringAsync().WaitAsync(Patience)).Should().NotBeEmpty();
    }

    [Fact]
    public async Task Page_UnderTheNameOfAnother_IsRefused()
    {
        (_, string to) = Listen();
        Daemon host = StartHost(to);
        (await GetAsync(host, "/", "localhost")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await GetAsync(host, "/", "example.com")).StatusCode.Should().Be(HttpStatusCode.BadRequest, "who has a name can have it lead here");
    }

    private static Socket ConnectToHttp(Daemon host)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, new Uri(UrlOf(host)).Port);
        return socket;
    }

    private static bool IsNextServed(Daemon host)
    {
        using Socket next = ConnectToHttp(host);
        return IsServed(next);
    }

    private static bool IsServed(Socket client)
    {
        client.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        try
        {
            client.Send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"u8);
            return client.Receive(new byte[1]) == 1;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            return false;
        }
    }
}
