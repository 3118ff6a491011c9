namespace ZeroCopy.Tests.Regressions;

/// <summary>
/// A pipe that went back to the pool with bytes in it: the next who got it sent them before its own, and every request after that was out of step
/// (CurvineIO/curvine#1002).
/// </summary>
public sealed class DirtyPipeInThePoolTests : RelayTest
{
    private static readonly byte[] _old = Bytes.Random(20_000);

    [Theory]
    [InlineData("cancelled")]
    [InlineData("idle")]
    [InlineData("reader reset")]
    [InlineData("reader disposed")]
    [InlineData("source reset and cancelled")]
    public async Task RelayAsync_EndsWithBytesInItsPipe_TheNextOneHasNoneOfThem(string how)
    {
        using PipePool pool = new(maxIdlePipes: 2);
        for (int i = 0; i < 4; i++)
        {
            RelayDirection left = await EndWithBytesInThePipe(pool, how);
            left.Undelivered.Length.Should().BePositive("there was something in the pipe");
            left.Undelivered.ToArray().MustBe(_old.AsSpan((int)left.BytesWritten, left.Undelivered.Length));

            using SocketPair client = SocketPair.Tcp();
            using SocketPair server = SocketPair.Tcp();
            Task<RelayResult> next = Transfer.RelayAsync(client.Near, server.Near, new RelayOptions { Pool = pool });
            await MustExchange(client.Far, server.Far, new Content(50_000, seed: i), new Content(60_000, seed: -i));
            await MustEnd(next, RelayEnd.Completed);
        }

        Pipe[] pipes = [pool.Rent(), pool.Rent()];
        pipes.Should().OnlyContain(pipe => pipe.BytesAvailable == 0);
        Array.ForEach(pipes, pool.Return);
    }

    [Fact]
    public async Task CopyAsync_CancelledWithBytesInAPipeOfThePool_TheNextCopyGetsNoneOfThem()
    {
        using PipePool pool = new(maxIdlePipes: 1);
        for (int i = 0; i < 50; i++)
        {
            using CancellationTokenSource source = new();
            using Pipe full = new Pipe().Full();
            using Pipe from = new();
            from.Write(_old[..1000]);
            Task<CopyResult> copy = Transfer.CopyAsync(from.ReadHandle, full.WriteHandle, new CopyOptions { Pool = pool }, source.Token).AsTask();
            await source.CancelAsync();
            (await FluentActions.Awaiting(() => copy.WaitAsync(Patience)).Should().ThrowAsync<TransferCanceledException>())
                .Which.Undelivered.ToArray().MustBe(_old.AsSpan(0, 1000));
            await MustBeClean(pool);
        }
    }

    /// <summary>Of several pipes some are drained, some have a duplicate in them, and one nothing that was ever taken.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FanOut_SinkFailsWithBytesInItsPipe_TheNextCopyGetsNoneOfThem(bool isAsync)
    {
        using PipePool pool = new(maxIdlePipes: 3);
        for (int i = 0; i < 20; i++)
        {
            Pipe from = PipeOf("old");
            Pipe[] sinks = [NewPipe(), NewPipe(), NewPipe()];
            sinks[i % 3].ReadHandle.Dispose();
            FanOutOptions options = new() { Pool = pool, OnSinkFailure = SinkFailurePolicy.Abort };
            TransferEndpoint[] ends = [.. sinks.Select(sink => (TransferEndpoint)sink.WriteHandle)];
            FanOutResult result = isAsync ? await Transfer.FanOutAsync(from.ReadHandle, ends, options).WaitAsync(Patience)
                : InTime(() => Transfer.FanOut(from.ReadHandle, ends, options));
            result.Sinks[i % 3].Error!.Errno.Should().Be(Errno.EPIPE);
            await MustBeClean(pool);
        }
    }

    private static async Task MustBeClean(PipePool pool)
    {
        using Pipe next = new();
        using Pipe sink = new();
        next.Write("next");
        await Transfer.CopyAsync(next.ReadHandle, sink.WriteHandle, new CopyOptions { Pool = pool, Length = 4 }).AsTask().WaitAsync(Patience);
        sink.ReadText().Should().Be("next");
    }

    private static async Task<RelayDirection> EndWithBytesInThePipe(PipePool pool, string how)
    {
        using CancellationTokenSource cancellation = new();
        using SocketPair client = SocketPair.Tcp();
        using SocketPair server = SocketPair.TcpOfSmallSegments().Small();
        server.Near.Fill();
        client.Far.Send(_old).Should().Be(_old.Length);
        TransferCounters counters = new();
        TimeSpan? idle = how == "idle" ? TimeSpan.FromSeconds(1) : null;
        RelayOptions options = new() { Pool = pool, CountersAToB = counters, IdleTimeout = idle };
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, options, cancellation.Token);
        Eventually(() => counters.BytesRead > 0, "it waits for its reader");
        switch (how)
        {
            case "reader reset":
                server.ResetFromFar();
                break;
            case "reader disposed":
                server.Near.Dispose();
                break;
            case "source reset and cancelled":
                client.ResetFromFar();
                await cancellation.CancelAsync();
                break;
            case "cancelled":
                await cancellation.CancelAsync();
                break;
        }

        try
        {
            return (await relay.WaitAsync(Patience)).AToB;
        }
        catch (TransferCanceledException e)
        {
            return e.Relay!.AToB;
        }
    }
}
