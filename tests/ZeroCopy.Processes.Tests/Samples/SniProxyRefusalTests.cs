using System.Net.Sockets;

namespace ZeroCopy.Processes.Tests.Samples;

/// <summary>The TLS proxy sample with clients that it cannot serve, and with the next one, which it can.</summary>
public sealed class SniProxyRefusalTests : SniProxyTest
{
    private const int MostLookedAt = 5 + Hello.MaxRecord;

    private static readonly byte[] _hello = Hello.For("a.example", padding: 3000);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    public void HelloTimeout_NoMoreComes_ClientIsTurnedAway(int count)
    {
        (Socket server, Daemon proxy) = Start("--hello-timeout", "2s");
        MustBeOver(Say(proxy, _hello.AsSpan(0, count)));
        proxy.WaitForLine("refused: no hello in time");
        MustServe(proxy, server);
    }

    [Fact]
    public void HelloTimeout_AlwaysAByteMore_ClientIsTurnedAwayAllTheSame()
    {
        (Socket server, Daemon proxy) = Start("--hello-timeout", "2s");
        Socket client = Connect(proxy);
        client.NoDelay = true;
        int sent = 0;
        while (!client.Poll(TimeSpan.FromMilliseconds(5), SelectMode.SelectRead))
        {
            SendIfItTakesMore(client, _hello.AsSpan(sent++, 1));
        }

        MustBeOver(client);
        sent.Should().BeLessThan(_hello.Length);
        proxy.WaitForLine("refused: no hello in time");
        MustServe(proxy, server);
    }

    [Fact]
    public void Hellos_HostileOnes_EachRefusedAndTheNextServed()
    {
        (Socket server, Daemon proxy) = Start("--hello-timeout", "1m");
        MustServe(proxy, server).Dispose();
        proxy.WaitForLine("Completed");
        int before = proxy.Descriptors;
        foreach ((string what, (byte[] bytes, string kind)) in Hello.Hostile)
        {
            int refused = Refused().Length;
            using Socket client = Say(proxy, bytes);
            bool isAlmostTls = kind == "Malformed";
            if (isAlmostTls && bytes.Length <= MostLookedAt)
            {
                MustBeAlerted(client, DecodeError);
            }
            else
            {
                MustBeOver(client, isAlmostTls ? 7 : 0);
            }

            Eventually(() => Refused().Length == refused + 1, what);
            Refused()[^1].Should().EndWith(isAlmostTls ? "no hello" : "not TLS", "this is {0}", what);
        }

        Eventually(() => proxy.Descriptors <= before, "descriptors are closed");
        Eventually(proxy.IsAtRest, "nothing goes on");
        MustServe(proxy, server);

        string[] Refused() => [.. proxy.Lines.Where(line => line.Contains("refused: ", StringComparison.Ordinal))];
    }

    [Theory]
    [InlineData(0, "close")]
    [InlineData(0, "shut down")]
    [InlineData(0, "reset")]
    [InlineData(100, "close")]
    [InlineData(100, "shut down")]
    [InlineData(100, "reset")]
    public void Client_GoesWithinItsHello_TheNextServed(int count, string how)
    {
        (Socket server, Daemon proxy) = Start("--hello-timeout", "1m");
        MustServe(proxy, server).Dispose();
        proxy.WaitForLine("Completed");
        int before = proxy.Descriptors;
        Socket client = Say(proxy, _hello.AsSpan(0, count));
        switch (how)
        {
            case "close":
                client.Dispose();
                break;
            case "shut down":
                client.Shutdown(SocketShutdown.Send);
                MustBeOver(client);
                break;
            case "reset":
                client.LingerState = new LingerOption(true, 0);
                client.Dispose();
                break;
        }

        Eventually(() => proxy.Lines.Any(IsOver), "it has noticed");
        Eventually(() => proxy.Descriptors <= before, "descriptors are closed");
        MustServe(proxy, server);

        static bool IsOver(string line) =>
            line.EndsWith("its hello broke off", StringComparison.Ordinal) || line.EndsWith("Connection reset by peer", StringComparison.Ordinal);
    }

    /// <summary>Behind urgent data a socket is readable for ever, and no peek gets there.</summary>
    [Fact]
    public void Client_SendsUrgentDataWithinItsHello_TurnedAwayAtOnce()
    {
        (Socket server, Daemon proxy) = Start("--hello-timeout", "1m");
        Socket client = Say(proxy, _hello.AsSpan(0, 100));
        client.Send([1], SocketFlags.OutOfBand);
        SendIfItTakesMore(client, _hello.AsSpan(100));
        MustBeOver(client);
        proxy.WaitForLine("its hello broke off");
        MustServe(proxy, server);
    }

    [Fact]
    public void Name_WithoutARoute_AlertedAndTheNextServed()
    {
        (Socket server, Daemon proxy) = Start();
        MustBeAlerted(Say(proxy, Hello.For("b.example")), UnrecognizedName);
        proxy.WaitForLine("refused: no route for b.example");
        MustBeAlerted(Say(proxy, Hello.Without()), UnrecognizedName);
        proxy.WaitForLine("refused: no route for no name");
        MustServe(proxy, server);
    }

    [Fact]
    public void Server_DoesNotListen_AlertedAndTheNextServed()
    {
        (Socket server, string to) = Listen();
        Daemon proxy = StartProxy("--route", $"a.example={to}", "--route", $"gone.example=127.0.0.1:{SocketPair.FreePort()}");
        MustBeAlerted(Say(proxy, Hello.For("gone.example")), InternalError);
        proxy.WaitForLine("cannot connect: Connection refused");
        MustServe(proxy, server);
    }

    /// <summary>To a proxy that may have turned the client away meanwhile, which resets its connection.</summary>
    private static void SendIfItTakesMore(Socket client, ReadOnlySpan<byte> bytes) => client.Send(bytes, SocketFlags.None, out _);
}
