using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace ZeroCopy.Tests.Transfers;

/// <summary>A socket is after a copy what it was before to those who use it through .NET, although its descriptor has become non-blocking.</summary>
public sealed class CopySocketTests : TransferTest
{
    private static readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(100);

    public static TheoryData<string, bool> Endpoints()
    {
        TheoryData<string, bool> endpoints = [];
        foreach (string endpoint in (string[])["Socket", "NetworkStream", "SafeSocketHandle", "after asynchronous calls"])
        {
            endpoints.Add(endpoint, p2: false);
            endpoints.Add(endpoint, p2: true);
        }

        return endpoints;
    }

    [Theory]
    [MemberData(nameof(Endpoints))]
    public void Receive_AfterACopyFromTheSocket_WaitsForLateData(string endpoint, bool isAsync)
    {
        SocketPair sockets = NewSockets();
        Prepare(sockets, endpoint);
        sockets.Far.Send("hello"u8);
        Copy(isAsync, EndpointOf(sockets.Near, endpoint), NewPipe().WriteHandle, new() { Length = 5 });
        MustWaitForLateData(sockets);
        MustTimeOut(sockets.Near);
    }

    [Theory]
    [MemberData(nameof(Endpoints))]
    public void Receive_AfterACopyToTheSocket_WaitsForLateData(string endpoint, bool isAsync)
    {
        SocketPair sockets = NewSockets();
        Prepare(sockets, endpoint);
        Copy(isAsync, FileOf("hello"u8.ToArray()), EndpointOf(sockets.Near, endpoint));
        MustWaitForLateData(sockets);
        MustTimeOut(sockets.Near);
    }

    /// <summary>More than the queues hold: a send that is not told to wait would stop half-way.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Send_AfterACopy_SendsEverything(bool isAsync)
    {
        SocketPair sockets = NewSockets();
        byte[] bytes = Bytes.Random(8 << 20);
        Copy(isAsync, FileOf("hello"u8.ToArray()), sockets.Near);
        Task<int> sending = OnItsOwnThread(() => sockets.Near.Send(bytes));
        byte[] arrived = new byte[5 + bytes.Length];
        InTime(() => new NetworkStream(sockets.Far).ReadAtLeast(arrived, arrived.Length)).Should().Be(arrived.Length);
        InTime(() => sending.Result).Should().Be(bytes.Length);
        arrived.AsSpan(5).SequenceEqual(bytes).Should().BeTrue();
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Blocking_AfterACopy_IsWhatItWas(bool isBlocking, bool isAsync)
    {
        SocketPair sockets = NewSockets();
        sockets.Near.Blocking = isBlocking;
        sockets.Far.Send("hello"u8);
        Pipe pipe = NewPipe();
        Copy(isAsync, sockets.Near, pipe.WriteHandle, new() { Length = 5 });
        Copy(isAsync, pipe.ReadHandle, sockets.Near, new() { Length = 5 });
        sockets.Near.Blocking.Should().Be(isBlocking);
        if (!isBlocking)
        {
            FluentActions.Invoking(() => sockets.Near.Receive(new byte[1])).Should().Throw<SocketException>()
                .Which.SocketErrorCode.Should().Be(SocketError.WouldBlock);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_AfterAndBeforeReceives_EachHasItsOwnBytes(bool isAsync)
    {
        SocketPair sockets = NewSockets();
        sockets.Far.Send("first second third"u8);
        byte[] first = new byte[6];
        byte[] third = new byte[5];
        Pipe pipe = NewPipe();
        InTime(() => sockets.Near.Receive(first)).Should().Be(6);
        Copy(isAsync, sockets.Near, pipe.WriteHandle, new() { Length = 7 });
        InTime(() => sockets.Near.Receive(third)).Should().Be(5);
        pipe.ReadText().Should().Be("second ");
        third.Should().Equal("third"u8.ToArray());
    }

    /// <summary>A socket that nobody refers to any more would be finalized, which resets its connection.</summary>
    [Fact]
    public void CopyAsync_ObjectsThatNobodyElseRefersTo_LiveUntilItIsOver()
    {
        SocketPair from = NewSockets();
        SocketPair to = NewSockets();
        (Task<CopyResult> copy, WeakReference[] ends) = StartAndForget(from, to);
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        ends.Should().OnlyContain(end => end.IsAlive);
        from.Far.Send("late"u8);
        from.Far.Shutdown(SocketShutdown.Send);
        byte[] arrived = new byte[4];
        InTime(() => new NetworkStream(to.Far).ReadAtLeast(arrived, 4)).Should().Be(4);
        InTime(() => copy.Result).BytesCopied.Should().Be(4);
        Eventually(() => Collected(ends), "they are not kept for longer than that");
    }

    private static bool Collected(WeakReference[] objects)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return !Array.Exists(objects, one => one.IsAlive);
    }

    /// <summary>The far ends stay; of the near ones only a copy knows.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (Task<CopyResult> Copy, WeakReference[] Ends) StartAndForget(SocketPair from, SocketPair to)
    {
        Socket source = new(Native.DuplicateSocket(from.Near.SafeHandle));
        Socket destination = new(Native.DuplicateSocket(to.Near.SafeHandle));
        return (Transfer.CopyAsync(source, destination).AsTask(), [new WeakReference(source), new WeakReference(destination)]);
    }

    private static void Prepare(SocketPair sockets, string endpoint)
    {
        if (endpoint == "after asynchronous calls")
        {
            Task<int> received = sockets.Near.ReceiveAsync(new byte[1]);
            sockets.Far.Send("x"u8);
            InTime(() => received.Result).Should().Be(1);
        }
    }

    private static TransferEndpoint EndpointOf(Socket socket, string endpoint) => endpoint switch
    {
        "NetworkStream" => new NetworkStream(socket),
        "SafeSocketHandle" => socket.SafeHandle,
        _ => socket,
    };

    private static void MustWaitForLateData(SocketPair sockets)
    {
        Task<int> late = OnItsOwnThread(() => sockets.Near.Receive(new byte[1]));
        late.Wait(_timeout).Should().BeFalse("nothing was sent yet");
        sockets.Far.Send("x"u8);
        InTime(() => late.Result).Should().Be(1);
    }

    private static void MustTimeOut(Socket socket)
    {
        socket.ReceiveTimeout = (int)_timeout.TotalMilliseconds;
        long start = Stopwatch.GetTimestamp();
        FluentActions.Invoking(() => InTime(() => socket.Receive(new byte[1]))).Should().Throw<SocketException>()
            .Which.SocketErrorCode.Should().Be(SocketError.TimedOut);
        Stopwatch.GetElapsedTime(start).Should().BeGreaterThan(_timeout / 2);
    }
}
