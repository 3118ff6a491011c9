using System.Net;
using System.Net.Sockets;

namespace ZeroCopy.Processes.Tests.Soak;

/// <summary>One connection of a client through the relay to the echo server, from its start to its end.</summary>
internal sealed class Life(EndPoint relay, EchoServer server, int id, Manner manner, Random random)
{
    private const int LargestMessage = 1 << 20;
    private const int MostMessages = 6;

    private static readonly byte[] _content = Bytes.Random(3 * LargestMessage);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly ReadOnlyMemory<byte>[] _messages = [.. Enumerable.Range(0, 1 + random.Next(MostMessages)).Select(_ => Message(random))];
    private readonly Checksum _sent = new();
    private readonly Checksum _received = new();

    /// <summary>How many bytes came back.</summary>
    public long BytesEchoed => _received.Length;

    /// <summary>Lives it, and fails where the relay does not behave as it should.</summary>
    public async Task LiveAsync()
    {
        using (_socket)
        {
            await _socket.ConnectAsync(relay);
            await (manner switch
            {
                Manner.Asks => AskAsync(),
                Manner.HalfCloses => HalfCloseAsync(),
                Manner.Resets => ResetAsync(),
                Manner.IsReset => BeResetAsync(),
                Manner.Abandons => AbandonAsync(),
                _ => MustEndAsync(),
            });
        }
    }

    /// <summary>Of as many small sizes as of large ones.</summary>
    private static ReadOnlyMemory<byte> Message(Random random)
    {
        int size = 1 + random.Next(1 << random.Next(1 + int.Log2(LargestMessage)));
        return _content.AsMemory(random.Next(_content.Length - size), size);
    }

    private async Task AskAsync()
    {
        foreach (ReadOnlyMemory<byte> message in _messages.Prepend<ReadOnlyMemory<byte>>(EchoServer.Hello(id)))
        {
            Task sending = SendAsync(message);
            await ReceiveAsync(_received.Length + message.Length);
            await sending;
        }

        _socket.Shutdown(SocketShutdown.Send);
        await MustEndAsync();
        MustBeEchoed();
    }

    private async Task HalfCloseAsync()
    {
        Task sending = SendAllAndEndAsync();
        await ReceiveAsync(long.MaxValue);
        await sending;
        MustBeEchoed();

        async Task SendAllAndEndAsync()
        {
            await SendAllAsync();
            _socket.Shutdown(SocketShutdown.Send);
        }
    }

    private async Task ResetAsync()
    {
        Task sending = SendAllAsync();
        await ReceiveAsync(random.NextInt64(_messages.Sum(message => message.Length)));
        _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        _socket.Dispose();
        await IsCutOffAsync(sending);
    }

    private async Task BeResetAsync()
    {
        Task sending = SendAllAsync(resetAfter: 1 + random.Next(_messages.Sum(message => message.Length)));
        bool whileReceiving = await IsCutOffAsync(ReceiveAsync(long.MaxValue));
        bool whileSending = await IsCutOffAsync(sending);
        (whileReceiving || whileSending).Should().BeTrue("a reset must not look like the end, which came after {0} bytes of {1}", _received, _sent);
    }

    private async Task AbandonAsync()
    {
        Task end = server.EndOf(id);
        Task sending = SendAllAsync();
        await ReceiveAsync(EchoServer.Hello(id).Length + random.NextInt64(_messages.Sum(message => message.Length)));
        await end;
        _socket.Dispose();
        await IsCutOffAsync(sending);
    }

    private async Task MustEndAsync() => (await _socket.ReceiveAsync(_buffer)).Should().Be(0, "{0} is to end in an orderly way", manner);

    private void MustBeEchoed() => _received.ToString().Should().Be(_sent.ToString(), "this is what was sent");

    private async Task SendAllAsync(int resetAfter = 0)
    {
        await SendAsync(EchoServer.Hello(id, resetAfter));
        foreach (ReadOnlyMemory<byte> message in _messages)
        {
            await SendAsync(message);
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> message)
    {
        while (message.Length > 0)
        {
            int count = await _socket.SendAsync(message);
            _sent.Add(message.Span[..count]);
            message = message[count..];
        }
    }

    /// <summary>Receives until so many bytes have come altogether, or the end.</summary>
    private async Task ReceiveAsync(long until)
    {
        int count = 1;
        while (count > 0 && _received.Length < until)
        {
            count = await _socket.ReceiveAsync(_buffer.AsMemory(0, (int)Math.Min(_buffer.Length, until - _received.Length)));
            _received.Add(_buffer.AsSpan(0, count));
        }
    }

    private static async Task<bool> IsCutOffAsync(Task transfer)
    {
        try
        {
            await transfer;
            return false;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }
}
