using System.Diagnostics;

namespace ZeroCopy.Tests.Transfers;

/// <summary>A sink that is slow, but takes some bytes in time, again and again.</summary>
public sealed class FanOutSteadySinkTests : FanOutTest
{
    /// <summary>What is spliced from a socket may have many pages in one slot of a pipe, and what comes from a pipe has one.</summary>
    private const int Chunk = 4096;

    private static readonly byte[] _sent = Bytes.Random(30 * Chunk);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SlowSinkTimeout_OneReadsSlowlyButSteadily_IsNotDetached(bool isAsync)
    {
        TimeSpan timeout = TimeSpan.FromMilliseconds(300);
        while (!await TryToReadSteadily(isAsync, timeout))
        {
            timeout *= 2;
            timeout.Should().BeLessThan(Patience, "the reader gets a processor at some time");
        }
    }

    /// <returns>False where the reader itself was late, since it had to wait for a processor.</returns>
    private static async Task<bool> TryToReadSteadily(bool isAsync, TimeSpan timeout)
    {
        using Pipe source = new(1 << 20);
        using Pipe slow = new(Chunk);
        using Pipe quick = new(1 << 20);
        source.Write(_sent);
        source.WriteHandle.Dispose();
        long start = Stopwatch.GetTimestamp();
        Task<FanOutResult> fanOut = Started(isAsync, source.ReadHandle, [slow.WriteHandle, quick.WriteHandle], new() { SlowSinkTimeout = timeout });
        byte[] arrived = [];
        long before = start;
        while (arrived.Length < _sent.Length - Chunk)
        {
            long now = Stopwatch.GetTimestamp();
            arrived = [.. arrived, .. await ReadChunk(slow)];
            bool isOver = arrived.Length < _sent.Length - Chunk && fanOut.Wait(timeout / 10);
            if (Stopwatch.GetElapsedTime(before) >= timeout)
            {
                slow.ReadHandle.Dispose();
                await MustEnd(fanOut, _sent);
                return false;
            }

            isOver.Should().BeFalse("it has to go on");
            before = now;
        }

        arrived = [.. arrived, .. await ReadChunk(slow)];
        Stopwatch.GetElapsedTime(start).Should().BeGreaterThan(2 * timeout);
        FanOutResult result = await MustEnd(fanOut, _sent);
        Array.ForEach([.. result.Sinks], sink => MustBeWhole(sink, _sent.Length));
        arrived.MustBe(_sent);
        return true;
    }

    private static Task<byte[]> ReadChunk(Pipe pipe) => OnItsOwnThread(() => pipe.Read(Chunk)).WaitAsync(Patience);
}
