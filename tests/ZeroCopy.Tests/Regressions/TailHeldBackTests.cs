using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Regressions;

/// <summary>
/// With SPLICE_F_MORE a packet that is not full waits for what is to follow: for 200 ms where nothing does (golang/go#10948, yskszk63/tokio-pipe#28; with
/// sendfile golang/go#61530). The last byte of each of these has to arrive much sooner, on a connection that stays open.
/// </summary>
public sealed class TailHeldBackTests : RelayTest
{
    private const int Tries = 5;

    private static readonly TimeSpan _heldBack = TimeSpan.FromMilliseconds(200);

    private static readonly byte[] _bytes = Bytes.Random(300_001);

    [Theory]
    [InlineData(1, null, false)]
    [InlineData(1, null, true)]
    [InlineData(1000, null, true)]
    [InlineData(1000, 999L, false)]
    [InlineData(1000, 1001L, true)]
    [InlineData(300_001, null, false)]
    [InlineData(300_001, null, true)]
    [InlineData(300_001, 100L, true)]
    [InlineData(300_001, 131_172L, false)]
    public void Copy_FileToAConnectionThatStaysOpen_TheTailComesAtOnce(int size, long? length, bool isAsync)
    {
        SafeFileHandle file = FileOf(_bytes[..size]);
        MustComeAtOnce(sink => Copy(isAsync, file, sink, new() { SourceOffset = 0, Length = length }), _bytes.AsSpan(0, (int)Math.Min(length ?? size, size)));
    }

    /// <summary>They say that they have more bytes than they have.</summary>
    [SkippableTheory]
    [InlineData("/sys/class/net/lo/mtu", 0, false)]
    [InlineData("/sys/class/net/lo/mtu", 0, true)]
    [InlineData("/sys/class/net/lo/mtu", 4096, true)]
    [InlineData("/proc/version", 0, true)]
    public void Copy_FileThatIsShorterThanItSays_TheTailComesAtOnce(string path, int capacity, bool isAsync)
    {
        Skip.IfNot(File.Exists(path), $"{path} does not exist");
        using SafeFileHandle file = Native.Open(path, Native.O_RDONLY);
        MustComeAtOnce(sink => Copy(isAsync, file, sink, new() { SourceOffset = 0, PipeCapacity = capacity }), Encoding.ASCII.GetBytes(File.ReadAllText(path)));
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_BlockDevice_TheTailComesAtOnce(bool isAsync)
    {
        byte[] bytes = Bytes.Random(1 << 20);
        string path = NewPath();
        File.WriteAllBytes(path, bytes);
        using LoopDevice device = new(path);
        using SafeFileHandle file = Native.Open(device.Path, Native.O_RDONLY);
        long start = bytes.Length - 4096;
        MustComeAtOnce(sink => Copy(isAsync, file, sink, new() { SourceOffset = start, PipeCapacity = 4096 }), bytes.AsSpan((int)start));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void FanOut_FileToConnectionsThatStayOpen_TheTailComesAtOnce(bool isAsync)
    {
        SafeFileHandle file = FileOf(_bytes);
        FanOutOptions options = new() { SourceOffset = 0 };
        Pipe other = NewPipe(1 << 20);
        MustComeAtOnce(
            sink =>
            {
                FanOutResult result = isAsync ? Transfer.FanOutAsync(file, [sink, other.WriteHandle], options).WaitAsync(Patience).Result
                    : InTime(() => Transfer.FanOut(file, [sink, other.WriteHandle], options));
                result.IsComplete.Should().BeTrue();
                other.Read().Length.Should().Be(_bytes.Length);
            },
            _bytes);
    }

    /// <summary>A message that is spliced, since it is large, is followed by nothing until it is answered.</summary>
    [Theory]
    [InlineData(9000)]
    [InlineData(65_537)]
    public async Task RelayAsync_MessagesThatAreAnswered_TheirTailsComeAtOnce(int size)
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        client.Far.NoDelay = client.Near.NoDelay = server.Far.NoDelay = server.Near.NoDelay = true;
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near);
        TimeSpan quickest = TimeSpan.MaxValue;
        for (int i = 0; i < Tries; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await MustPass(_bytes[..size], client.Far, server.Far);
            await MustPass(_bytes[..size], server.Far, client.Far);
            TimeSpan time = Stopwatch.GetElapsedTime(start);
            quickest = time < quickest ? time : quickest;
        }

        quickest.Should().BeLessThan(_heldBack / 2);
        client.Far.Dispose();
        server.Far.Dispose();
        (await MustEnd(relay, RelayEnd.Completed)).AToB.Path.Should().HaveFlag(TransferPath.Splice);
    }

    /// <summary>Who is held back is so each time; the quickest of several is that of a machine that had nothing else to do.</summary>
    private void MustComeAtOnce(Action<Socket> transfer, ReadOnlySpan<byte> expected)
    {
        TimeSpan quickest = TimeSpan.MaxValue;
        for (int i = 0; i < Tries; i++)
        {
            SocketPair sink = NewSockets();
            int count = expected.Length;
            long start = Stopwatch.GetTimestamp();
            Task<byte[]> arriving = OnItsOwnThread(() => sink.Far.ReceiveExactly(count));
            transfer(sink.Near);
            byte[] arrived = InTime(() => arriving.Result);
            TimeSpan time = Stopwatch.GetElapsedTime(start);
            quickest = time < quickest ? time : quickest;
            arrived.MustBe(expected);
        }

        quickest.Should().BeLessThan(_heldBack / 2);
    }
}
