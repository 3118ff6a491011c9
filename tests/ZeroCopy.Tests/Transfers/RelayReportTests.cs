using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace ZeroCopy.Tests.Transfers;

/// <summary>What a relay tells while it runs, and where.</summary>
public sealed class RelayReportTests : RelayTest
{
    [Fact]
    public async Task Counters_WhileItRuns_CountEachDirection()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        RelayOptions options = new() { CountersAToB = new TransferCounters(), CountersBToA = new TransferCounters(), PrefixAToB = "12"u8.ToArray() };
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, options);
        client.Far.Send("hello"u8);
        server.Far.ReceiveExactly(7);
        await MustPass("welcome"u8.ToArray(), server.Far, client.Far);
        Eventually(() => options.CountersAToB.BytesWritten == 7, "the prefix counts as written");
        options.CountersAToB.BytesRead.Should().Be(5);
        Eventually(() => options.CountersBToA.BytesWritten == 7, "they have arrived");
        relay.IsCompleted.Should().BeFalse();
        client.Far.Dispose();
        server.Far.Dispose();
        await MustEnd(relay, RelayEnd.Completed, options);
    }

    [Fact]
    public async Task LoggerFactory_RelayEnds_OneLine()
    {
        using MemoryLogger logger = new();
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, new RelayOptions { LoggerFactory = logger });
        await MustPass("hello"u8.ToArray(), client.Far, server.Far);
        client.ResetFromFar();
        await MustEnd(relay, RelayEnd.Failed);
        (string category, LogLevel level, int id, string text) = logger.Lines.Should().ContainSingle().Subject;
        category.Should().Be("ZeroCopy.Transfer");
        level.Should().Be(LogLevel.Debug);
        id.Should().Be(2000);
        text.Should().Be("Relayed 5 and 0 bytes until Failed; errors: ECONNRESET, None");
    }

    [Fact]
    public async Task Options_ChangedAfterTheStart_MakeNoDifference()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        RelayOptions options = new();
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, options);
        options.MaxBytes = 0;
        options.DrainTimeout = TimeSpan.FromTicks(1);
        client.Far.Shutdown(SocketShutdown.Send);
        server.Far.ReceiveToEnd().Should().BeEmpty();
        await MustPass("hello"u8.ToArray(), server.Far, client.Far);
        server.Far.Dispose();
        await MustEnd(relay, RelayEnd.Completed);
    }
}
