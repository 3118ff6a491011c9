using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>A copy of what a direction of a relay carries, beside it.</summary>
public sealed class RelayTapTests : RelayTest
{
    private static readonly byte[] _sent = Bytes.Random(1_000_000);

    [Theory]
    [InlineData(EndKind.File)]
    [InlineData(EndKind.FileStream)]
    [InlineData(EndKind.Pipe)]
    [InlineData(EndKind.Fifo)]
    [InlineData(EndKind.Tcp)]
    [InlineData(EndKind.Unix)]
    [InlineData(EndKind.Terminal)]
    public async Task Tap_OfBothDirections_HasWhatEachCarried(EndKind kind)
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets(unix: true);
        CopyDestination[] taps = [Own(new CopyDestination(kind, NewPath())), Own(new CopyDestination(kind, NewPath()))];
        Task<Digest>[] tapping = [.. taps.Select((tap, i) => OnItsOwnThread(() => tap.Collect(i)))];
        Content there = new(2_000_000, seed: 1);
        Content back = new(3_000_000, seed: 2);
        RelayOptions options = new() { TapAToB = taps[0].Endpoint, TapBToA = taps[1].Endpoint, SlowTapTimeout = Timeout.InfiniteTimeSpan };
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, options);
        await MustExchange(client.Far, server.Far, there, back);
        RelayResult result = await MustEnd(relay, RelayEnd.Completed);
        Array.ForEach(taps, tap => tap.End());
        (await tapping[0].WaitAsync(Patience)).Should().Be(there.Digest);
        (await tapping[1].WaitAsync(Patience)).Should().Be(back.Digest);
        MustBeWhole(result.AToB);
        MustBeWhole(result.BToA);
        result.AToB.Path.Should().HaveFlag(TransferPath.Splice);
    }

    [Fact]
    public async Task Tap_OfOneDirection_TheOtherOneHasNone()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        Pipe tap = NewPipe();
        RelayOptions options = new() { TapAToB = default(TransferEndpoint), TapBToA = tap.WriteHandle };
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, options);
        await MustPass("question"u8.ToArray(), client.Far, server.Far);
        await MustPass("answer"u8.ToArray(), server.Far, client.Far);
        client.Far.Shutdown(SocketShutdown.Send);
        server.Far.Shutdown(SocketShutdown.Send);
        RelayResult result = await MustEnd(relay, RelayEnd.Completed);
        result.AToB.Tap.Should().BeNull();
        MustBeWhole(result.BToA);
        tap.ReadText().Should().Be("answer");
    }

    [Fact]
    public async Task Tap_Prefix_IsSeenToo()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        SafeFileHandle file = FileOf([]);
        Pipe pipe = NewPipe(1 << 20);
        RelayOptions options = new() { PrefixAToB = _sent.AsMemory(0, 200_000), PrefixBToA = "prefix "u8.ToArray(), TapAToB = pipe.WriteHandle, TapBToA = file };
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, options);
        server.Far.ReceiveExactly(200_000).MustBe(_sent.AsSpan(0, 200_000));
        client.Far.ReceiveExactly(7).MustBe("prefix "u8);
        await MustPass("question"u8.ToArray(), client.Far, server.Far);
        await MustPass("answer"u8.ToArray(), server.Far, client.Far);
        client.Far.Shutdown(SocketShutdown.Send);
        server.Far.Shutdown(SocketShutdown.Send);
        RelayResult result = await MustEnd(relay, RelayEnd.Completed, options);
        MustBeWhole(result.AToB);
        MustBeWhole(result.BToA);
        pipe.Read().MustBe([.. _sent[..200_000], .. "question"u8]);
        ContentOf(file).MustBe("prefix answer"u8);
    }

    [Fact]
    public async Task Tap_LimitOfTheRelay_HasAsMuchAsTheReader()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        Pipe tap = NewPipe();
        client.Far.Send(_sent, 5000, SocketFlags.None);
        RelayResult result = await MustEnd(
            Transfer.RelayAsync(client.Near, server.Near, new RelayOptions { MaxBytes = 1234, TapAToB = tap.WriteHandle }), RelayEnd.MaxBytes);
        result.AToB.Tap!.BytesDelivered.Should().Be(1234);
        tap.Read().MustBe(_sent.AsSpan(0, 1234));
        server.Far.ReceiveExactly(1234).MustBe(_sent.AsSpan(0, 1234));
    }

    [Fact]
    public async Task Tap_RateOfTheRelay_IsKeptAndAllArrives()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        SafeFileHandle tap = FileOf([]);
        byte[] sent = _sent[..100_000];
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, new RelayOptions { MaxBytesPerSecond = 300_000, TapAToB = tap });
        client.Far.Send(sent);
        client.Far.Shutdown(SocketShutdown.Send);
        server.Far.ReceiveToEnd().MustBe(sent);
        server.Far.Shutdown(SocketShutdown.Send);
        MustBeWhole((await MustEnd(relay, RelayEnd.Completed)).AToB);
        ContentOf(tap).MustBe(sent);
    }

    [Fact]
    public async Task Tap_BothIntoOneFileThatAppends_HasAllOfBoth()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        string path = NewPath();
        SafeFileHandle[] taps = [.. Enumerable.Range(0, 2).Select(_ => Own(Native.Open(path, Native.O_WRONLY | Native.O_CREAT | Native.O_APPEND)))];
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, new RelayOptions { TapAToB = taps[0], TapBToA = taps[1] });
        for (int i = 0; i < 50; i++)
        {
            await MustPass("question"u8.ToArray(), client.Far, server.Far);
            await MustPass("ANSWER"u8.ToArray(), server.Far, client.Far);
        }

        client.Far.Shutdown(SocketShutdown.Send);
        server.Far.Shutdown(SocketShutdown.Send);
        RelayResult result = await MustEnd(relay, RelayEnd.Completed);
        MustBeWhole(result.AToB);
        MustBeWhole(result.BToA);
        string all = await File.ReadAllTextAsync(path);
        all.Length.Should().Be(50 * 14);
        string.Concat(all.Where(char.IsUpper)).Should().Be(string.Concat(Enumerable.Repeat("ANSWER", 50)));
        string.Concat(all.Where(char.IsLower)).Should().Be(string.Concat(Enumerable.Repeat("question", 50)));
    }

    [Fact]
    public void Tap_BothIntoOneFile_ArgumentException()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        string path = NewPath();
        SafeFileHandle file = Own(Native.Open(path, Native.O_WRONLY | Native.O_CREAT));
        SafeFileHandle again = Own(Native.Open(path, Native.O_WRONLY | Native.O_APPEND));
        FileStream stream = Own(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite));
        MustRefuse(client, server, file, file);
        MustRefuse(client, server, file, again);
        MustRefuse(client, server, again, file);
        MustRefuse(client, server, stream, again);
    }

    [Fact]
    public void Tap_OfWhatIsNone_ArgumentExceptionAndNothingIsTouched()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        client.Far.Send("kept"u8);
        using Socket datagrams = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        MustRefuse(client, server, datagrams, default);
        MustRefuse(client, server, default, NewPipe().ReadHandle);
        client.Near.Available.Should().Be(4);
        (Native.StatusFlags(client.Near.SafeHandle) & Native.O_NONBLOCK).Should().Be(0);
    }

    [Fact]
    public void Tap_IntoThePipeThatIsRelayed_ArgumentException()
    {
        SocketPair server = NewSockets();
        Pipe toRelay = NewPipe();
        TransferEndpoint client = TransferEndpoint.Duplex(toRelay.ReadHandle, NewPipe().WriteHandle);
        FluentActions.Invoking(() => { _ = Transfer.RelayAsync(client, server.Near, new RelayOptions { TapAToB = toRelay.WriteHandle }); })
            .Should().Throw<ArgumentException>().WithParameterName("options");
    }

    [Fact]
    public void SlowTapTimeout_NotPositive_ArgumentOutOfRangeException()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        foreach (TimeSpan timeout in (TimeSpan[])[TimeSpan.Zero, TimeSpan.FromMilliseconds(-2)])
        {
            FluentActions.Invoking(() => { _ = Transfer.RelayAsync(client.Near, server.Near, new RelayOptions { SlowTapTimeout = timeout }); })
                .Should().Throw<ArgumentOutOfRangeException>();
        }

        new RelayOptions().SlowTapTimeout.Should().Be(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Tap_RelayWaits_HoldsNoPipeAndUsesNoTime()
    {
        using MeterReader meter = new();
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        SafeFileHandle tap = FileOf([]);
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, new RelayOptions { TapAToB = tap });
        for (int i = 0; i < 20; i++)
        {
            await MustPass("hello"u8.ToArray(), client.Far, server.Far);
        }

        Eventually(() => meter.Rented == 0, "who waits gives its pipes back");
        MustRest(relay);
        client.Far.Shutdown(SocketShutdown.Send);
        server.Far.Shutdown(SocketShutdown.Send);
        MustBeWhole((await MustEnd(relay, RelayEnd.Completed)).AToB);
        ContentOf(tap).Length.Should().Be(100);
    }

    private static void MustBeWhole(RelayDirection direction)
    {
        direction.Tap!.Error.Should().BeNull();
        direction.Tap.BytesDelivered.Should().Be(direction.BytesWritten);
        direction.Tap.Undelivered.Length.Should().Be(0);
    }

    private static void MustRefuse(SocketPair client, SocketPair server, TransferEndpoint tapAToB, TransferEndpoint tapBToA) =>
        FluentActions.Invoking(() => { _ = Transfer.RelayAsync(client.Near, server.Near, new RelayOptions { TapAToB = tapAToB, TapBToA = tapBToA }); })
            .Should().Throw<ArgumentException>().WithParameterName("options");
}
