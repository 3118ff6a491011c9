using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ZeroCopy.Tests.Readiness;

public sealed class SpliceSocketTests : KernelTest
{
    [Fact]
    public async Task AcceptAndConnect_Tcp_ConnectedAndOrdinary()
    {
        Socket listener = Listen();
        Task<Socket> accepting = SpliceSocket.AcceptAsync(listener).AsTask();
        using Socket near = await SpliceSocket.ConnectAsync(listener.LocalEndPoint!).AsTask().WaitAsync(Patience);
        using Socket far = await accepting.WaitAsync(Patience);
        MustTalk(near, far);
        listener.Blocking.Should().BeFalse("whoever is slower to accept must not wait for the next one");
    }

    [Fact]
    public async Task AcceptAndConnect_Unix_ConnectedAndOrdinary()
    {
        Socket listener = Own(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified));
        listener.Bind(new UnixDomainSocketEndPoint(PathOf("socket")));
        listener.Listen();
        using Socket near = await SpliceSocket.ConnectAsync(new UnixDomainSocketEndPoint(PathOf("socket"))).AsTask().WaitAsync(Patience);
        using Socket far = await SpliceSocket.AcceptAsync(listener).AsTask().WaitAsync(Patience);
        MustTalk(near, far);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    public async Task Connect_ByName_TriesEachAddress(string host)
    {
        Socket listener = Listen();
        int port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        using Socket near = await SpliceSocket.ConnectAsync(new DnsEndPoint(host, port)).AsTask().WaitAsync(Patience);
        using Socket far = await SpliceSocket.AcceptAsync(listener).AsTask().WaitAsync(Patience);
        MustTalk(near, far);
    }

    /// <summary>What .NET's own engine has registered is in an epoll of its own: nothing but the library's may name these sockets.</summary>
    [Fact]
    public async Task AcceptAndConnect_Sockets_AreNotRegisteredWithTheEngineOfDotNet()
    {
        Socket listener = Listen();
        using Socket near = await SpliceSocket.ConnectAsync(listener.LocalEndPoint!).AsTask().WaitAsync(Patience);
        using Socket far = await SpliceSocket.AcceptAsync(listener).AsTask().WaitAsync(Patience);
        string[] ours = [.. EpollsThatName(near), .. EpollsThatName(listener)];
        EpollsThatName(far).Should().BeEmpty("it was never waited for");

        Task<int> registers = near.ReceiveAsync(new byte[1]);
        EpollsThatName(near).Except(ours, StringComparer.Ordinal).Should().ContainSingle("that is what the engine of .NET looks like");
        far.Send("x"u8);
        (await registers.WaitAsync(Patience)).Should().Be(1);
    }

    [Fact]
    public async Task Connect_NobodyListens_ConnectionRefused() =>
        (await FluentActions.Awaiting(() => SpliceSocket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, SocketPair.FreePort())).AsTask().WaitAsync(Patience))
            .Should().ThrowAsync<SocketException>()).Which.SocketErrorCode.Should().Be(SocketError.ConnectionRefused);

    [Fact]
    public async Task Connect_NobodyListensOnAnyAddress_ConnectionRefused() =>
        (await FluentActions.Awaiting(() => SpliceSocket.ConnectAsync(new DnsEndPoint("localhost", SocketPair.FreePort())).AsTask().WaitAsync(Patience))
            .Should().ThrowAsync<SocketException>()).Which.SocketErrorCode.Should().Be(SocketError.ConnectionRefused);

    /// <summary>The second one has four labels of the greatest length.</summary>
    [Theory]
    [InlineData("a", 256)]
    [InlineData("a23456789012345678901234567890123456789012345678901234567890123.", 4)]
    public async Task Connect_NameIsTooLong_HostNotFound(string part, int count)
    {
        DnsEndPoint remote = new(string.Concat(Enumerable.Repeat(part, count)).TrimEnd('.'), port: 1);
        (await FluentActions.Awaiting(() => SpliceSocket.ConnectAsync(remote).AsTask().WaitAsync(Patience)).Should().ThrowAsync<SocketException>())
            .Which.SocketErrorCode.Should().Be(SocketError.HostNotFound);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    public async Task Connect_NameOfAnyAddress_ArgumentExceptionAsOfDotNetItself(string host)
    {
        DnsEndPoint remote = new(host, port: 1);
        using Socket own = new(SocketType.Stream, ProtocolType.Tcp);
        await FluentActions.Awaiting(() => own.ConnectAsync(remote).WaitAsync(Patience)).Should().ThrowExactlyAsync<ArgumentException>();
        await FluentActions.Awaiting(() => SpliceSocket.ConnectAsync(remote).AsTask().WaitAsync(Patience)).Should().ThrowExactlyAsync<ArgumentException>();
    }

    [Fact]
    public async Task Connect_NoSuchUnixSocket_AsDotNetItself()
    {
        UnixDomainSocketEndPoint missing = new(PathOf("missing"));
        using Socket own = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        SocketError expected = (await FluentActions.Awaiting(() => own.ConnectAsync(missing)).Should().ThrowAsync<SocketException>()).Which.SocketErrorCode;
        (await FluentActions.Awaiting(() => SpliceSocket.ConnectAsync(missing).AsTask()).Should().ThrowAsync<SocketException>())
            .Which.SocketErrorCode.Should().Be(expected);
    }

    [Fact]
    public async Task Connect_BacklogFull_PendsUntilCancelled()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        List<Socket> waiting = [];
        for (bool isCancelled = false; !isCancelled;)
        {
            using CancellationTokenSource source = new();
            Task<Socket> pending = SpliceSocket.ConnectAsync(listener.LocalEndPoint!, source.Token).AsTask();
            if (await IsSlowAsync(pending))
            {
                await source.CancelAsync();
            }

            try
            {
                // It may have been no more than slow.
                waiting.Add(await pending.WaitAsync(Patience));
            }
            catch (OperationCanceledException)
            {
                isCancelled = true;
            }
        }

        waiting.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task Accept_Cancelled_OperationCanceledExceptionAndTheNextConnectionIsThere()
    {
        Socket listener = Listen();
        using CancellationTokenSource source = new();
        Task<Socket> accepting = SpliceSocket.AcceptAsync(listener, source.Token).AsTask();
        await source.CancelAsync();
        await FluentActions.Awaiting(() => accepting.WaitAsync(Patience)).Should().ThrowAsync<OperationCanceledException>();
        using Socket near = await SpliceSocket.ConnectAsync(listener.LocalEndPoint!).AsTask().WaitAsync(Patience);
        using Socket far = await SpliceSocket.AcceptAsync(listener).AsTask().WaitAsync(Patience);
        MustTalk(near, far);
    }

    [Fact]
    public async Task Accept_CancelledBefore_OperationCanceledExceptionAndTheConnectionIsStillThere()
    {
        Socket listener = Listen();
        using Socket near = await SpliceSocket.ConnectAsync(listener.LocalEndPoint!).AsTask().WaitAsync(Patience);
        await FluentActions.Awaiting(() => SpliceSocket.AcceptAsync(listener, new CancellationToken(canceled: true)).AsTask())
            .Should().ThrowAsync<OperationCanceledException>();
        using Socket far = await SpliceSocket.AcceptAsync(listener).AsTask().WaitAsync(Patience);
        MustTalk(near, far);
    }

    [Fact]
    public async Task Accept_ListenerDisposedMeanwhile_OperationAborted()
    {
        Socket listener = Listen();
        Task<Socket> accepting = SpliceSocket.AcceptAsync(listener).AsTask();
        listener.Dispose();
        (await FluentActions.Awaiting(() => accepting.WaitAsync(Patience)).Should().ThrowAsync<SocketException>())
            .Which.SocketErrorCode.Should().Be(SocketError.OperationAborted);
        await FluentActions.Awaiting(() => SpliceSocket.AcceptAsync(listener).AsTask()).Should().ThrowAsync<ObjectDisposedException>();
    }

    [Fact]
    public async Task Accept_TwoAtOnce_OneConnectionEach()
    {
        Socket listener = Listen();
        Task<Socket>[] accepting = [SpliceSocket.AcceptAsync(listener).AsTask(), SpliceSocket.AcceptAsync(listener).AsTask()];
        using Socket first = await SpliceSocket.ConnectAsync(listener.LocalEndPoint!).AsTask().WaitAsync(Patience);
        using Socket second = await SpliceSocket.ConnectAsync(listener.LocalEndPoint!).AsTask().WaitAsync(Patience);
        foreach (Socket accepted in await Task.WhenAll(accepting).WaitAsync(Patience))
        {
            accepted.Dispose();
        }
    }

    /// <summary>All are told of each connection, and all but one find that somebody else was faster.</summary>
    [Fact]
    public async Task Accept_ManyOfTwoProcessorsAtOnce_OneConnectionEach()
    {
        const int Connections = 200;
        Socket listener = Listen();
        ConcurrentBag<Socket> accepted = [];
        Task[] accepting = [.. Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < Connections / 8; i++)
            {
                accepted.Add(await SpliceSocket.AcceptAsync(listener));
            }
        }))];
        for (int i = 0; i < Connections; i++)
        {
            Own(await SpliceSocket.ConnectAsync(listener.LocalEndPoint!).AsTask().WaitAsync(Patience)).Send([(byte)i]);
        }

        await Task.WhenAll(accepting).WaitAsync(Patience);
        accepted.Select(socket => socket.ReceiveExactly(1)[0]).Should().BeEquivalentTo(Enumerable.Range(0, Connections));
        foreach (Socket socket in accepted)
        {
            socket.Dispose();
        }
    }

    [Fact]
    public async Task BadArguments_Throw()
    {
        await FluentActions.Awaiting(() => SpliceSocket.AcceptAsync(null!).AsTask()).Should().ThrowAsync<ArgumentNullException>().WithParameterName("listener");
        await FluentActions.Awaiting(() => SpliceSocket.ConnectAsync(null!).AsTask()).Should().ThrowAsync<ArgumentNullException>().WithParameterName("remote");
        using Socket notListening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await FluentActions.Awaiting(() => SpliceSocket.AcceptAsync(notListening).AsTask().WaitAsync(Patience)).Should().ThrowAsync<InvalidOperationException>();
    }

    private static async Task<bool> IsSlowAsync(Task task)
    {
        try
        {
            await task.WaitAsync(TimeSpan.FromMilliseconds(300));
            return false;
        }
        catch (TimeoutException)
        {
            return true;
        }
    }

    private static void MustTalk(Socket near, Socket far)
    {
        near.Connected.Should().BeTrue();
        near.Blocking.Should().BeTrue();
        far.Blocking.Should().BeTrue();
        byte[] buffer = new byte[1];
        near.Send("x"u8);
        InTime(() => far.Receive(buffer)).Should().Be(1);

        // A byte that comes late: the receive waits for it, whatever was done to the descriptor.
        Task<int> late = OnItsOwnThread(() => near.Receive(buffer));
        using NetworkStream stream = new(far);
        stream.WriteByte((byte)'y');
        InTime(() => late.Result).Should().Be(1);
        near.Shutdown(SocketShutdown.Both);
    }

    private static IEnumerable<string> EpollsThatName(Socket socket) =>
        Directory.GetFiles("/proc/self/fdinfo").Where(info =>
            File.Exists(info) && File.ReadLines(info).Any(line => line.StartsWith($"tfd: {socket.SafeHandle.DangerousGetHandle(),8} ", StringComparison.Ordinal)));

    private Socket Listen()
    {
        Socket listener = Own(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        return listener;
    }
}
