using System.Diagnostics;
using System.Net.Sockets;

namespace ZeroCopy.Tests.Transfers;

/// <summary>So many bytes and no more, and no more than so many a second.</summary>
public sealed class RelayLimitTests : RelayTest
{
    private static readonly byte[] _sent = Bytes.Random(200_000);

    [Fact]
    public async Task MaxBytes_PrefixAndTheOtherDirection_DoNotCount()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        RelayOptions options = new() { MaxBytes = 5, PrefixAToB = "prefix"u8.ToArray() };
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, options);
        client.Far.Send("1234"u8);
        server.Far.ReceiveExactly(10).MustBe("prefix1234"u8);
        server.Far.Send("abcd"u8);
        client.Far.ReceiveExactly(4).MustBe("abcd"u8);
        relay.IsCompleted.Should().BeFalse();
        server.Far.Send("efgh"u8);
        client.Far.ReceiveExactly(1).MustBe("e"u8);
        RelayResult result = await MustEnd(relay, RelayEnd.MaxBytes, options);
        result.BytesAToB.Should().Be(10);
        result.BytesBToA.Should().Be(5);
    }

    [Fact]
    public async Task MaxBytes_LessIsThere_Completed()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, new RelayOptions { MaxBytes = 5 });
        client.Far.Send("1234"u8);
        client.Far.Shutdown(SocketShutdown.Send);
        server.Far.ReceiveToEnd().MustBe("1234"u8);
        server.Far.Shutdown(SocketShutdown.Send);
        await MustEnd(relay, RelayEnd.Completed);
    }

    [Fact]
    public async Task MaxBytesPerSecond_MuchIsThere_TakesTheTimeThatItMust()
    {
        const int Rate = 200_000;
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        RelayOptions options = new() { MaxBytesPerSecond = Rate, IdleTimeout = Patience };
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, options);
        long start = Stopwatch.GetTimestamp();
        Task there = MustPass(_sent, client.Far, server.Far);
        Task back = InBackground(() => server.Far.Send(_sent));
        client.Far.ReceiveExactly(_sent.Length).MustBe(_sent);
        await Task.WhenAll(there, back).WaitAsync(Patience);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        // A tenth of a second's bytes may come at once.
        seconds.Should().BeInRange(((double)_sent.Length / Rate) - 0.15, 5 * (double)_sent.Length / Rate);
        client.Far.Shutdown(SocketShutdown.Send);
        server.Far.Shutdown(SocketShutdown.Send);
        await MustEnd(relay, RelayEnd.Completed);
    }

    [Fact]
    public async Task MaxBytesPerSecond_VeryFew_PausesWithoutSpinningAndIsNotIdle()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        RelayOptions options = new() { MaxBytesPerSecond = 2, IdleTimeout = TimeSpan.FromMilliseconds(400) };
        client.Far.Send(_sent.AsSpan(0, 5));
        client.Far.Shutdown(SocketShutdown.Send);
        server.Far.Shutdown(SocketShutdown.Send);
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, options);
        MustRest(relay);
        (await MustEnd(relay, RelayEnd.Completed)).BytesAToB.Should().Be(5);
        server.Far.ReceiveToEnd().MustBe(_sent.AsSpan(0, 5));
    }

    [Fact]
    public async Task MaxBytesPerSecond_CancelledInAPause_EndsSoon()
    {
        using CancellationTokenSource source = new();
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        client.Far.Send(_sent.AsSpan(0, 1000));
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, new RelayOptions { MaxBytesPerSecond = 1 }, source.Token);
        server.Far.ReceiveExactly(1).MustBe(_sent.AsSpan(0, 1));
        await source.CancelAsync();
        (await MustBeCanceled(relay, source.Token)).BytesRead.Should().BeLessThan(10);
    }
}
