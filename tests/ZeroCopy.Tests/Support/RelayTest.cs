using System.Net.Sockets;

namespace ZeroCopy.Tests.Support;

/// <summary>
/// A test of a relay between a client and a server: the far sockets are those programs', the near ones the relay's, of which the client's is a.
/// </summary>
public abstract class RelayTest : TransferTest
{
    /// <summary>How long it may take until a relay has noticed what was done to it: many times what it should.</summary>
    private static readonly TimeSpan _notice = TimeSpan.FromSeconds(10);

    /// <summary>Waits for the relay to end in that way, with every byte accounted for.</summary>
    protected static async Task<RelayResult> MustEnd(Task<RelayResult> relay, RelayEnd end, RelayOptions? options = null)
    {
        RelayResult result = await relay.WaitAsync(_notice);
        result.End.Should().Be(end, "{0} {1} {2} {3}", result.AToB.Error, result.AToB.Side, result.BToA.Error, result.BToA.Side);
        MustAccount(result, options);
        return result;
    }

    /// <summary>Waits for the relay to be cancelled by that token, with every byte accounted for.</summary>
    protected static async Task<TransferCanceledException> MustBeCanceled(Task<RelayResult> relay, CancellationToken token, RelayOptions? options = null)
    {
        TransferCanceledException canceled =
            (await FluentActions.Awaiting(() => relay.WaitAsync(_notice)).Should().ThrowAsync<TransferCanceledException>()).Which;
        canceled.CancellationToken.Should().Be(token);
        relay.Status.Should().Be(TaskStatus.Canceled);
        canceled.Resume.Should().BeNull();
        canceled.Undelivered.Length.Should().Be(0);
        canceled.Relay!.End.Should().Be(default);
        canceled.BytesRead.Should().Be(canceled.Relay.AToB.BytesRead + canceled.Relay.BToA.BytesRead);
        canceled.BytesWritten.Should().Be(canceled.Relay.BytesAToB + canceled.Relay.BytesBToA);
        MustAccount(canceled.Relay, options);
        return canceled;
    }

    /// <summary>The direction came to its end, or was only stopped.</summary>
    protected static void MustBeUnharmed(RelayDirection direction)
    {
        direction.Error.Should().Be(Errno.None);
        direction.Side.Should().BeNull();
    }

    protected static void MustBeBroken(RelayDirection direction, TransferSide side, params Errno[] errnos)
    {
        direction.Error.Should().BeOneOf(errnos);
        direction.Side.Should().Be(side);
    }

    /// <summary>Sends both ways at once, each side until its end, and both have to get what the other one sent.</summary>
    private protected static async Task MustExchange(Socket client, Socket server, Content there, Content back)
    {
        client.ReceiveTimeout = server.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        await using NetworkStream atClient = new(client);
        await using NetworkStream atServer = new(server);
        Task sending = InBackground(() => Send(client, atClient, there));
        Task answering = InBackground(() => Send(server, atServer, back));
        Task<Digest> arrived = OnItsOwnThread(() => Digest.OfRest(atServer, seed: 0));
        Digest.OfRest(atClient, seed: 0).Should().Be(back.Digest);
        (await arrived.WaitAsync(Patience)).Should().Be(there.Digest);
        await Task.WhenAll(sending, answering).WaitAsync(Patience);
    }

    private static void MustAccount(RelayResult result, RelayOptions? options)
    {
        MustAccount(result.AToB, options?.PrefixAToB.Length ?? 0);
        MustAccount(result.BToA, options?.PrefixBToA.Length ?? 0);
        result.BytesAToB.Should().Be(result.AToB.BytesWritten);
        result.BytesBToA.Should().Be(result.BToA.BytesWritten);
    }

    private static void MustAccount(RelayDirection direction, int prefix)
    {
        (prefix + direction.BytesRead).Should().Be(direction.BytesWritten + direction.Undelivered.Length);
        direction.Side.HasValue.Should().Be(direction.Error != Errno.None);
    }

    private static void Send(Socket socket, NetworkStream stream, Content content)
    {
        content.WriteTo(stream);
        socket.Shutdown(SocketShutdown.Send);
    }
}
