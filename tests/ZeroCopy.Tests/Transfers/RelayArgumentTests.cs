using System.Net.Sockets;

namespace ZeroCopy.Tests.Transfers;

/// <summary>What a relay does not take, it refuses before anything has happened.</summary>
public sealed class RelayArgumentTests : RelayTest
{
    [Fact]
    public void RelayAsync_TapIsWhereTheDirectionWrites_ArgumentException()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        FluentActions.Invoking(() => { _ = Transfer.RelayAsync(client.Near, server.Near, new() { TapAToB = server.Near }); })
            .Should().Throw<ArgumentException>().Which.ParamName.Should().Be("options");
    }

    [Fact]
    public void RelayAsync_DefaultEndpoint_ArgumentExceptionWithItsName()
    {
        SocketPair sockets = NewSockets();
        Relaying(default, sockets.Near).Should().Throw<ArgumentException>().WithParameterName("a");
        Relaying(sockets.Near, (Socket?)null).Should().Throw<ArgumentException>().WithParameterName("b");
    }

    [Fact]
    public void RelayAsync_BothSidesTheSame_ArgumentException()
    {
        SocketPair sockets = NewSockets();
        Relaying(sockets.Near, sockets.Near.SafeHandle).Should().Throw<ArgumentException>().WithParameterName("b");
    }

    [Fact]
    public void RelayAsync_PipeWithoutItsOtherDirection_ArgumentException()
    {
        SocketPair sockets = NewSockets();
        Pipe pipe = PipeOf("kept");
        sockets.Far.Send("kept"u8);
        Relaying(sockets.Near, pipe.ReadHandle).Should().Throw<ArgumentException>().WithParameterName("b");
        pipe.BytesAvailable.Should().Be(4);
        sockets.Near.Available.Should().Be(4);
    }

    [Fact]
    public void RelayAsync_DatagramSocket_ArgumentException()
    {
        SocketPair sockets = NewSockets();
        using Socket datagrams = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        Relaying(datagrams, sockets.Near).Should().Throw<ArgumentException>().WithParameterName("a");
    }

    [Fact]
    public void RelayAsync_Disposed_ObjectDisposedException()
    {
        SocketPair sockets = NewSockets();
        Pipe pipe = NewPipe();
        pipe.Dispose();
        TransferEndpoint disposed = TransferEndpoint.Duplex(pipe.ReadHandle, pipe.WriteHandle);
        Relaying(sockets.Near, disposed).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void RelayAsync_OptionsOutOfRange_ArgumentOutOfRangeException()
    {
        MustRefuse(new RelayOptions { MaxBytes = -1 });
        MustRefuse(new RelayOptions { MaxBytesPerSecond = 0 });
        MustRefuse(new RelayOptions { MaxBytesPerSecond = -1 });
        MustRefuse(new RelayOptions { IdleTimeout = TimeSpan.Zero });
        MustRefuse(new RelayOptions { IdleTimeout = TimeSpan.FromSeconds(-5) });
        MustRefuse(new RelayOptions { DrainTimeout = TimeSpan.Zero });
        MustRefuse(new RelayOptions { PipeCapacity = -1 });
    }

    [Fact]
    public void RelayAsync_PoolAndCapacity_ArgumentException()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        RelayOptions both = new() { Pool = PipePool.Shared, PipeCapacity = 4096 };
        Relaying(client.Near, server.Near, both).Should().Throw<ArgumentException>().WithParameterName("options");
    }

    private static Action Relaying(TransferEndpoint a, TransferEndpoint b, RelayOptions? options = null) => () => _ = Transfer.RelayAsync(a, b, options);

    private void MustRefuse(RelayOptions options)
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        Relaying(client.Near, server.Near, options).Should().Throw<ArgumentOutOfRangeException>();
    }
}
