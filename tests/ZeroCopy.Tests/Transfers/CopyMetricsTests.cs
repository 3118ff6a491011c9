using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net.Sockets;

namespace ZeroCopy.Tests.Transfers;

/// <summary>Who listens to the library's metrics is called where he asks for them: nothing he does there is in a copy's way.</summary>
public sealed class CopyMetricsTests : CopyTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_ListenerThrows_IsCalledOnNoThreadButItsOwnAndCopiesGoOn(bool isAsync)
    {
        ConcurrentDictionary<int, string?> callers = new();
        using MeterListener listener = Listener(() =>
        {
            callers[Environment.CurrentManagedThreadId] = Thread.CurrentThread.Name;
            throw new InvalidOperationException("The listener throws.");
        });
        await MustCopyInTwoParts(isAsync);
        callers.Should().BeEmpty("nobody has asked");

        int here = InTime(() =>
        {
            FluentActions.Invoking(listener.RecordObservableInstruments).Should().Throw<AggregateException>();
            return Environment.CurrentManagedThreadId;
        });
        callers.Keys.Should().Equal(here);
        await MustCopyInTwoParts(isAsync);
        callers.Keys.Should().Equal(here);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_ListenerIsStuck_CopiesGoOn(bool isAsync)
    {
        using ManualResetEventSlim isStuck = new();
        using ManualResetEventSlim goOn = new();
        using MeterListener listener = Listener(() =>
        {
            isStuck.Set();
            goOn.Wait(Patience);
        });
        Task listening = InBackground(listener.RecordObservableInstruments);
        isStuck.Wait(Patience).Should().BeTrue();
        await MustCopyInTwoParts(isAsync);
        goOn.Set();
        await listening.WaitAsync(Patience);
    }

    private static MeterListener Listener(Action onMeasurement)
    {
        // There is nothing to listen to before the first pipe.
        PipePool.Shared.Return(PipePool.Shared.Rent());
        MeterListener listener = new()
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "ZeroCopy")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => onMeasurement());
        listener.Start();
        return listener;
    }

    /// <summary>With a wait in between, after which it goes on on a loop's thread.</summary>
    private async Task MustCopyInTwoParts(bool isAsync)
    {
        SocketPair source = NewSockets();
        Pipe destination = NewPipe();
        TransferCounters counters = new();
        Task<CopyResult> copy = Started(isAsync, source.Near, destination.WriteHandle, new() { Counters = counters });
        source.Far.Send("hello"u8).Should().Be(5);
        Eventually(() => counters.BytesWritten == 5, "the first part is copied");
        source.Far.Send("there"u8).Should().Be(5);
        source.Far.Shutdown(SocketShutdown.Send);
        (await copy.WaitAsync(Patience)).BytesCopied.Should().Be(10);
        destination.ReadText().Should().Be("hellothere");
    }
}
