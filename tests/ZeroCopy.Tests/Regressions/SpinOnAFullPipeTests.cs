using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Regressions;

/// <summary>
/// A destination that is a pipe and full: who then waited for the source, which had more and was ready, asked both again and again with a whole processor
/// (golang/go#75304).
/// </summary>
public sealed class SpinOnAFullPipeTests : RelayTest
{
    /// <summary>A pipe as the destination that is full, and a source that has more: to wait for the source again and again would be a mistake.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_BetweenPipesWhileTheDestinationIsFull_UsesNoProcessor(bool isAsync)
    {
        Pipe source = NewPipe();
        Pipe destination = NewPipe().Full();
        source.Write("hello");
        Task<CopyResult> copy = Started(isAsync, source.ReadHandle, destination.WriteHandle);
        MustRest(copy);
        source.WriteHandle.Dispose();
        destination.Read(destination.Capacity).Should().HaveCount(destination.Capacity);
        InTime(() => copy.Result).BytesCopied.Should().Be(5);
        destination.ReadText().Should().Be("hello");
    }

    [Fact]
    public async Task CopyAsync_AnySourceHasMoreAndThePipeIsFull_AllSleepAndThenArrive()
    {
        byte[] bytes = Bytes.Random(50_000);
        List<(Task Transfer, Pipe Destination)> transfers = [];
        foreach (TransferEndpoint source in ReadySources(bytes))
        {
            Pipe destination = NewPipe().Full();
            transfers.Add((Transfer.CopyAsync(source, destination.WriteHandle, new CopyOptions { Length = bytes.Length }).AsTask(), destination));
        }

        foreach (TransferEndpoint source in ReadySources(bytes))
        {
            Pipe destination = NewPipe().Full();
            SafeFileHandle other = Own(Native.Open("/dev/null", Native.O_WRONLY));
            transfers.Add((Transfer.FanOutAsync(source, [destination.WriteHandle, other], new FanOutOptions { Length = bytes.Length }), destination));
        }

        MustSleep([.. transfers.Select(transfer => transfer.Transfer)]);
        foreach ((Task transfer, Pipe destination) in transfers)
        {
            await InBackground(() =>
            {
                using FileStream reader = new(destination.ReadHandle, FileAccess.Read, bufferSize: 0);
                byte[] arrived = new byte[destination.Capacity + bytes.Length];
                reader.ReadExactly(arrived);
                arrived[^bytes.Length..].MustBe(bytes);
            }).WaitAsync(Patience);
            await transfer.WaitAsync(Patience);
        }
    }

    [Fact]
    public async Task RelayAsync_PipeOfOneDirectionIsFull_SleepsAndTheOtherDirectionGoesOn()
    {
        Pipe toRelay = NewPipe();
        Pipe fromRelay = NewPipe().Full();
        SocketPair server = NewSockets();
        server.Far.Send(new byte[50_000]);
        Task<RelayResult> relay = Transfer.RelayAsync(TransferEndpoint.Duplex(toRelay.ReadHandle, fromRelay.WriteHandle), server.Near);
        MustSleep(relay);
        toRelay.Write("still");
        server.Far.ReceiveExactly(5).MustBe("still"u8);
        fromRelay.ReadHandle.Dispose();
        toRelay.WriteHandle.Dispose();
        await MustEnd(relay, RelayEnd.Failed);
    }

    private IEnumerable<TransferEndpoint> ReadySources(byte[] bytes)
    {
        foreach (bool unix in (bool[])[false, true])
        {
            SocketPair sockets = NewSockets(unix);
            sockets.Far.SendBufferSize = 2 * bytes.Length;
            sockets.Far.Send(bytes).Should().Be(bytes.Length);
            sockets.Far.Shutdown(SocketShutdown.Send);
            yield return sockets.Near;
        }

        Pipe pipe = NewPipe();
        pipe.Write(bytes);
        yield return pipe.ReadHandle;
        yield return FileOf(bytes);
    }
}
