using System.Net.Sockets;

namespace ZeroCopy.Tests.Faults;

/// <summary>A relay between two sides that both have something to say, in two portions, and then nothing more.</summary>
internal sealed class RelayFaults(int there, int back) : FaultScenario
{
    private readonly byte[] _there = Bytes.Random(there);
    private readonly byte[] _back = Bytes.Random(back);
    private readonly byte[] _prefix = Bytes.Random(1000);

    /// <summary>What one direction is copied to besides, or null.</summary>
    public string? Tap { get; init; }

    public override void Run(Fault? fault)
    {
        using SocketPair client = NewSockets();
        using SocketPair server = NewSockets();
        int clientDescriptor = (int)client.Near.SafeHandle.DangerousGetHandle();
        int serverDescriptor = (int)server.Near.SafeHandle.DangerousGetHandle();
        using FaultSink? tap = Tap is null ? null : new(Tap);
        RelayOptions options = new() { PrefixAToB = _prefix, CountersAToB = new(), CountersBToA = new(), TapAToB = tap?.Endpoint };
        Arm(fault, clientDescriptor, serverDescriptor, tap?.Descriptor ?? clientDescriptor);
        Task<RelayResult> relay = RelayAsync(client.Near, server.Near, options);
        client.Far.Send(_there.AsSpan(0, _there.Length / 2));
        server.Far.Send(_back.AsSpan(0, _back.Length / 2));

        // A direction that broke leaves the other one alone.
        MustRest(relay, () => (fault is not null && FaultyLibc.Of(fault).IsMet) || (
            options.CountersAToB.BytesWritten == _prefix.Length + (_there.Length / 2) && options.CountersBToA.BytesWritten == _back.Length / 2));
        client.Far.Send(_there.AsSpan(_there.Length / 2));
        server.Far.Send(_back.AsSpan(_back.Length / 2));
        client.Far.Shutdown(SocketShutdown.Send);
        server.Far.Shutdown(SocketShutdown.Send);
        try
        {
            RelayResult result = relay.WaitAsync(Patience).GetAwaiter().GetResult();
            MustAccountFor(result.AToB, _prefix, _there, client.Near, server.Far);
            MustAccountFor(result.BToA, [], _back, server.Near, client.Far);
            SinkResult? tapped = result.AToB.Tap;
            if (tapped is not null)
            {
                byte[] all = [.. _prefix, .. _there];
                tapped.MustAccountFor(all);
                tap!.Collect().MustBe(all.AsSpan(0, (int)tapped.BytesDelivered), "each byte arrives once");
                (tapped.Error is not null || tapped.BytesDelivered == result.BytesAToB || result.End == RelayEnd.Failed).Should().BeTrue("it has all, or tells why not");
            }

            if (result.End == RelayEnd.Completed)
            {
                (result.AToB.Undelivered.Length + result.BToA.Undelivered.Length).Should().Be(0);
                if (tapped?.Error is ErrnoException failed)
                {
                    MayFail(fault, failed.Errno);
                    return;
                }

                Errno[] fallbacks = [result.AToB.FallbackErrno, result.BToA.FallbackErrno, tapped?.FallbackErrno ?? Errno.None];
                MayComplete(fault, Array.Find(fallbacks, errno => errno != Errno.None));
                return;
            }

            result.End.Should().Be(RelayEnd.Failed);
            MustNameTheSide(fault, result.AToB, clientDescriptor, serverDescriptor);
            MustNameTheSide(fault, result.BToA, serverDescriptor, clientDescriptor);
        }
        catch (ArgumentException e)
        {
            MayFail(fault, fault?.Errno ?? Errno.None);
            fault!.Syscall.Should().BeOneOf(["statx", "fcntl", "getsockopt"], e.Message);
            client.Near.ReceiveExactly(_there.Length).MustBe(_there, "nothing was read");
            server.Near.ReceiveExactly(_back.Length).MustBe(_back, "nothing was read");
        }
    }

    /// <summary>Nobody can wait for a file.</summary>
    protected override FaultOutcome Expected(Fault fault) => Tap == "file" && fault.Errno == Errno.EAGAIN ? FaultOutcome.Either : base.Expected(fault);

    private static SocketPair NewSockets()
    {
        SocketPair sockets = SocketPair.Tcp();
        sockets.Near.SendBufferSize = sockets.Far.SendBufferSize = 400_000;
        return sockets;
    }

    private static async Task<RelayResult> RelayAsync(Socket client, Socket server, RelayOptions options) =>
        await Transfer.RelayAsync(client, server, options);

    /// <summary>What has arrived, what is handed back and what is still there to be read are together what was sent.</summary>
    private static void MustAccountFor(RelayDirection direction, byte[] prefix, byte[] sent, Socket source, Socket reader)
    {
        byte[] all = [.. prefix, .. sent];
        int written = (int)direction.BytesWritten;
        int read = prefix.Length + (int)direction.BytesRead;
        (written + direction.Undelivered.Length).Should().Be(read, "what was read is either delivered or handed back");
        reader.ReceiveExactly(written).MustBe(all.AsSpan(0, written), "each byte arrives once");
        direction.Undelivered.ToArray().MustBe(all.AsSpan(written, read - written), "these are the bytes behind the last delivered one");
        source.ReceiveExactly(all.Length - read).MustBe(all.AsSpan(read), "the rest was not read");
    }

    private void MustNameTheSide(Fault? fault, RelayDirection direction, int source, int destination)
    {
        direction.Side.HasValue.Should().Be(direction.Error != Errno.None);
        if (direction.Side is TransferSide side)
        {
            MayFail(fault, direction.Error);
            (int readFrom, int writtenTo) = FaultyLibc.Of(fault!).Descriptors;
            int failed = side == TransferSide.Source ? source : destination;
            (fault!.Lasts || failed == readFrom || failed == writtenTo || (readFrom < 0 && writtenTo < 0)).Should().BeTrue("{0} is told", side);
        }
    }
}
