namespace ZeroCopy.Tests.Transfers;

/// <summary>What was read before the relay started goes first.</summary>
public sealed class RelayPrefixTests : RelayTest
{
    [Fact]
    public async Task Prefixes_SidesAreSilent_AreDeliveredAtOnce()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        RelayOptions options = new() { PrefixAToB = "to b"u8.ToArray(), PrefixBToA = "to a, too"u8.ToArray() };
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, options);
        server.Far.ReceiveExactly(4).MustBe("to b"u8);
        client.Far.ReceiveExactly(9).MustBe("to a, too"u8);
        client.Far.Dispose();
        server.Far.Dispose();
        RelayResult result = await MustEnd(relay, RelayEnd.Completed, options);
        result.AToB.BytesRead.Should().Be(0);
        result.BytesAToB.Should().Be(4);
    }

    [Fact]
    public async Task Prefix_LargerThanAllBuffers_ComesBeforeTheRest()
    {
        byte[] prefix = Bytes.Random(5_000_000);
        byte[] rest = Bytes.Random(100_000);
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        RelayOptions options = new() { PrefixAToB = prefix };
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, options);
        Task sending = InBackground(() => client.Far.Send(rest));
        server.Far.ReceiveExactly(prefix.Length).MustBe(prefix);
        server.Far.ReceiveExactly(rest.Length).MustBe(rest);
        await sending.WaitAsync(Patience);
        client.Far.Dispose();
        server.Far.Dispose();
        await MustEnd(relay, RelayEnd.Completed, options);
    }
}
