using System.Net.Sockets;

namespace ZeroCopy.Tests.Regressions;

/// <summary>
/// A byte that a peer sends as urgent is not part of the stream, and stands in the way of a splice: what is behind it seems not to be there, or
/// seems to be the end. Any peer can send one; the kernel's own comment in tcp_splice_read tells of the false end.
/// </summary>
public sealed class UrgentDataTests : CopyTest
{
    public static TheoryData<string, bool, bool, bool> Cases()
    {
        TheoryData<string, bool, bool, bool> cases = [];
        foreach (string sent in (string[])["!abcd", "ab!cd", "abcd!", "ab!cd!ef", "!", "a!!b"])
        {
            for (int i = 0; i < 8; i++)
            {
                cases.Add(sent, (i & 1) != 0, (i & 2) != 0, (i & 4) != 0);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Copy_UrgentBytesAmongOthers_AllTheOthersArrive(string sent, bool endsAtOnce, bool isThereBefore, bool isAsync)
    {
        SocketPair source = NewSockets();
        SocketPair sink = NewSockets();
        Task<CopyResult>? copy = isThereBefore ? null : Started(isAsync, source.Near, sink.Near);
        SendAll(source.Far, sent);
        if (endsAtOnce)
        {
            source.Far.Shutdown(SocketShutdown.Send);
        }

        copy ??= Started(isAsync, source.Near, sink.Near);

        // Of several urgent bytes that are there at once, the kernel takes the last for urgent and the others for ordinary ones.
        string expected = sent.Replace("!", string.Empty, StringComparison.Ordinal);
        if (!endsAtOnce)
        {
            Receive(sink.Far, expected);
            copy.IsCompleted.Should().BeFalse("the source has not ended");
            source.Far.Send("then"u8);
            Receive(sink.Far, "then");
            source.Far.Shutdown(SocketShutdown.Send);
            expected = string.Empty;
        }

        (await copy.WaitAsync(Patience)).FallbackErrno.Should().Be(Errno.None, "what is behind them can be spliced again");
        sink.Near.Shutdown(SocketShutdown.Send);
        Ordinary(sink.Far.ReceiveToEnd()).Should().Be(expected);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_UrgentByteAmongMany_AllTheOthersArrive(bool isAsync)
    {
        byte[] before = Bytes.Random(300_000);
        byte[] behind = Bytes.Random(300_001);
        SocketPair source = NewSockets();
        SocketPair sink = NewSockets();
        Task<CopyResult> copy = Started(isAsync, source.Near, sink.Near);
        Task<byte[]> arriving = OnItsOwnThread(sink.Far.ReceiveToEnd);
        InTime(() =>
        {
            source.Far.Send(before);
            source.Far.Send("!"u8, SocketFlags.OutOfBand);
            source.Far.Send(behind);
            source.Far.Shutdown(SocketShutdown.Send);
            return true;
        });
        (await copy.WaitAsync(Patience)).BytesCopied.Should().Be(before.Length + behind.Length);
        sink.Near.Shutdown(SocketShutdown.Send);
        (await arriving.WaitAsync(Patience)).MustBe([.. before, .. behind]);
    }

    [Fact]
    public async Task Copy_LengthThatEndsAtAnUrgentByte_StopsBeforeIt()
    {
        SocketPair source = NewSockets();
        SocketPair sink = NewSockets();
        SendAll(source.Far, "abcd!efgh");
        (await Started(isAsync: true, source.Near, sink.Near, new CopyOptions { Length = 4 }).WaitAsync(Patience)).BytesCopied.Should().Be(4);
        (await Started(isAsync: true, source.Near, sink.Near, new CopyOptions { Length = 4 }).WaitAsync(Patience)).BytesCopied.Should().Be(4);
        Receive(sink.Far, "abcdefgh");
    }

    private static void SendAll(Socket socket, string sent)
    {
        socket.NoDelay = true;
        foreach (char c in sent)
        {
            socket.Send([(byte)c], c == '!' ? SocketFlags.OutOfBand : SocketFlags.None);
        }
    }

    private static void Receive(Socket socket, string expected)
    {
        string arrived = string.Empty;
        while (arrived.Length < expected.Length)
        {
            arrived += Ordinary(socket.ReceiveExactly(1));
        }

        arrived.Should().Be(expected);
    }

    private static string Ordinary(byte[] arrived) =>
        System.Text.Encoding.ASCII.GetString(arrived).Replace("!", string.Empty, StringComparison.Ordinal);
}
