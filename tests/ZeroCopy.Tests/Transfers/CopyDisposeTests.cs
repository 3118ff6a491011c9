using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>
/// An end that its owner disposes under a copy: nothing in the kernel tells who waits for it, and Dispose of a socket waits for whoever still uses it.
/// </summary>
public sealed class CopyDisposeTests : CopyTest
{
    private static readonly byte[] _sent = Bytes.Random(1000);

    /// <summary>The handle is not the owner, and never learns that the descriptor was closed.</summary>
    [Fact]
    public async Task CopyAsync_NumberOfTheSourceIsAnotherDescriptorsMeanwhile_FailsAndTakesNothingFromThere()
    {
        Pipe old = NewPipe();
        Pipe first = NewPipe();
        Pipe second = NewPipe();
        int number = (int)old.ReadHandle.DangerousGetHandle();
        using SafeFileHandle alias = new(number, ownsHandle: false);
        Task<CopyResult> copy = Transfer.CopyAsync(alias, first.WriteHandle).AsTask();
        old.ReadHandle.Dispose();

        Pipe other = NewPipe();
        other.ReadHandle.DangerousGetHandle().Should().Be(number, "the lowest number that is free is taken");
        Task<CopyResult> next = Transfer.CopyAsync(other.ReadHandle, second.WriteHandle).AsTask();
        await MustFailAsDisposed(copy, TransferSide.Source);
        other.Write("hello");
        other.WriteHandle.Dispose();

        (await next.WaitAsync(Patience)).BytesCopied.Should().Be(5);
        first.BytesAvailable.Should().Be(0);
    }

    [Theory]
    [InlineData(TransferSide.Source, false)]
    [InlineData(TransferSide.Source, true)]
    [InlineData(TransferSide.Destination, false)]
    [InlineData(TransferSide.Destination, true)]
    public async Task Copy_EndIsDisposedWhileTheSourceIsWaitedFor_FailsAndThePeerSeesAnEnd(TransferSide side, bool isAsync)
    {
        // Of a file nobody waits for more.
        IEnumerable<string> kinds = DisposableEnd.Kinds.Where(kind => kind != DisposableEnd.FileStream || side == TransferSide.Destination);
        await Task.WhenAll(kinds.Select(async kind =>
        {
            using DisposedCopy copy = new(kind, side, NewPath);
            copy.Start(isAsync, _sent);
            Eventually(() => copy.Counters.BytesWritten == _sent.Length, "only then is the source waited for");
            await Task.Yield();
            copy.DisposeEnd();
            TransferException failed = await MustFailAsDisposed(copy.Task, side);
            failed.MustAccountFor([], _sent).Undelivered.Length.Should().Be(0, kind);
            await InBackground(() => copy.Disposed.MustBeOver(side, _sent.Length)).WaitAsync(Patience);
        }));
    }

    [Theory]
    [InlineData(TransferSide.Source, false)]
    [InlineData(TransferSide.Source, true)]
    [InlineData(TransferSide.Destination, false)]
    [InlineData(TransferSide.Destination, true)]
    public async Task Copy_EndIsDisposedWhileTheDestinationIsWaitedFor_FailsAndHandsBackWhatWasRead(TransferSide side, bool isAsync)
    {
        IEnumerable<string> kinds = DisposableEnd.Kinds.Where(kind => kind != DisposableEnd.FileStream || side == TransferSide.Source);
        await Task.WhenAll(kinds.Select(async kind =>
        {
            using DisposedCopy copy = new(kind, side, NewPath);
            int filler = copy.Destination.Fill();
            Task feeding = InBackground(copy.Source.Feed);
            copy.Start(isAsync);
            Eventually(() => copy.Counters.BytesRead > 0, "it waits for the destination");
            await Task.Yield();
            copy.DisposeEnd();
            TransferException failed = await MustFailAsDisposed(copy.Task, side);
            copy.Source.MustAccountFor(failed.BytesRead, failed.BytesWritten, failed.Undelivered);
            failed.Undelivered.Length.Should().BePositive(kind);
            if (side == TransferSide.Destination)
            {
                await InBackground(() => copy.Disposed.MustBeOver(side, filler + (int)failed.BytesWritten)).WaitAsync(Patience);
            }

            copy.Dispose();
            await feeding.WaitAsync(Patience);
        }));
    }

    [Theory]
    [InlineData("socket")]
    [InlineData("network stream")]
    [InlineData("unix socket")]
    [InlineData("pipe")]
    [InlineData(DisposableEnd.FileStream)]
    public async Task Copy_EndIsDisposedWhileBytesMove_Fails(string kind)
    {
        const int Rounds = 12;
        for (int i = 0; i < Rounds; i++)
        {
            TransferSide side = (i & 1) == 0 ? TransferSide.Source : TransferSide.Destination;
            using DisposedCopy copy = new(kind, side, NewPath);
            Task feeding = InBackground(copy.Source.Feed);
            Task draining = InBackground(copy.Destination.Drain);
            copy.Start(isAsync: (i & 2) == 0);
            Eventually(() => copy.Counters.BytesWritten > 1_000_000, "bytes move");
            copy.DisposeEnd();
            TransferException failed = await MustFailAsDisposed(copy.Task, side);
            copy.Source.MustAccountFor(failed.BytesRead, failed.BytesWritten, failed.Undelivered);
            copy.Dispose();
            await Task.WhenAll(feeding, draining).WaitAsync(Patience);
        }
    }

    /// <summary>Such a stream shuts its socket down before it closes it, which by itself looks like the end of the input.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_NetworkStreamIsDisposedWhileItIsWaitedFor_IsNeverTakenForTheEnd(bool isAsync)
    {
        const int Copies = 50;
        List<DisposedCopy> copies = [.. Enumerable.Range(0, Copies).Select(_ => Own(new DisposedCopy("network stream", TransferSide.Source, NewPath)))];
        copies.ForEach(copy => copy.Start(isAsync, _sent));
        Eventually(() => copies.TrueForAll(copy => copy.Counters.BytesWritten == _sent.Length), "only then are the sources waited for");
        copies.ForEach(copy => copy.DisposeEnd());
        await Task.WhenAll(copies.Select(copy => MustFailAsDisposed(copy.Task, TransferSide.Source)));
    }

    /// <summary>A copy of which one end is to be disposed; the other is a socket.</summary>
    private sealed class DisposedCopy(string kind, TransferSide side, Func<string> newPath) : IDisposable
    {
        private readonly DisposableEnd _other =
            new("socket", side == TransferSide.Source ? TransferSide.Destination : TransferSide.Source, newPath());

        public DisposableEnd Disposed { get; } = new(kind, side, newPath());

        public DisposableEnd Source => side == TransferSide.Source ? Disposed : _other;

        public DisposableEnd Destination => side == TransferSide.Source ? _other : Disposed;

        public TransferCounters Counters { get; } = new();

        public Task<CopyResult> Task { get; private set; } = null!;

        public void Start(bool isAsync, byte[]? prefix = null) =>
            Task = Started(isAsync, Source.Endpoint, Destination.Endpoint, new CopyOptions { Prefix = prefix, Counters = Counters });

        public void DisposeEnd() => InBackground(Disposed.Owner.Dispose).Wait(Patience).Should().BeTrue("Dispose waits for nobody");

        public void Dispose()
        {
            Disposed.Dispose();
            _other.Dispose();
        }
    }
}
