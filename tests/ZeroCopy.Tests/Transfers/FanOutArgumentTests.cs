using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>What a fan-out does not take, it refuses before anything has happened.</summary>
public sealed class FanOutArgumentTests : FanOutTest
{
    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    public void FanOut_NoSinkOrMoreThan64_ArgumentException(int count)
    {
        Pipe source = PipeOf("kept");
        SafeFileHandle sink = Own(Native.Open("/dev/null", Native.O_WRONLY));
        MustThrow<ArgumentException>(source.ReadHandle, [.. Enumerable.Repeat((TransferEndpoint)sink, count)]).ParamName.Should().Be("destinations");
        source.BytesAvailable.Should().Be(4);
    }

    [Fact]
    public void FanOut_NullList_ArgumentNullException() =>
        MustThrow<ArgumentNullException>(PipeOf("kept").ReadHandle, null!).ParamName.Should().Be("destinations");

    [Fact]
    public void FanOut_DefaultEndpoint_ArgumentExceptionWithItsName()
    {
        Pipe source = PipeOf("kept");
        Pipe sink = NewPipe();
        MustThrow<ArgumentException>(default, [sink.WriteHandle]).ParamName.Should().Be("source");
        MustThrow<ArgumentException>(source.ReadHandle, [sink.WriteHandle, default]).ParamName.Should().Be("destinations");
        MustThrow<ArgumentException>(source.ReadHandle, [(Socket?)null, sink.WriteHandle]).ParamName.Should().Be("destinations");
        source.BytesAvailable.Should().Be(4);
        sink.BytesAvailable.Should().Be(0);
    }

    [Fact]
    public void FanOut_OneSinkIsNone_NothingIsTouched()
    {
        SocketPair sockets = NewSockets();
        using Socket datagrams = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        Pipe source = PipeOf("kept");
        MustThrow<ArgumentException>(source.ReadHandle, [sockets.Near, datagrams]).ParamName.Should().Be("destinations");
        MustThrow<ArgumentException>(source.ReadHandle, [sockets.Near, source.ReadHandle]).ParamName.Should().Be("destinations");
        source.BytesAvailable.Should().Be(4);
        sockets.Near.Blocking.Should().BeTrue();
        (Native.StatusFlags(sockets.Near.SafeHandle) & Native.O_NONBLOCK).Should().Be(0, "it was not made ready");
    }

    [Fact]
    public void FanOut_PipeAlsoIntoItself_ArgumentException()
    {
        Pipe source = PipeOf("kept");
        Pipe other = NewPipe();
        MustThrow<ArgumentException>(source.ReadHandle, [other.WriteHandle, source.WriteHandle]).ParamName.Should().Be("destinations");
        source.BytesAvailable.Should().Be(4);
        other.BytesAvailable.Should().Be(0);
    }

    [Fact]
    public void FanOut_SinkIsGivenTwice_ArgumentExceptionAndNothingIsTouched()
    {
        Pipe source = PipeOf("kept");
        Pipe sink = NewPipe();
        SocketPair sockets = NewSockets();
        NetworkStream stream = Own(new NetworkStream(sockets.Near));
        MustThrow<ArgumentException>(source.ReadHandle, [sink.WriteHandle, FileOf([]), sink.WriteHandle]).ParamName.Should().Be("destinations");
        MustThrow<ArgumentException>(source.ReadHandle, [sockets.Near, stream]).ParamName.Should().Be("destinations");
        source.BytesAvailable.Should().Be(4);
        sink.BytesAvailable.Should().Be(0);
    }

    [Fact]
    public void FanOut_FileAlsoOverItself_ArgumentException()
    {
        SafeFileHandle source = FileOf(Bytes.Random(1000));
        MustThrow<ArgumentException>(source, [FileOf([]), source]).ParamName.Should().Be("destinations");
        Native.Position(source).Should().Be(0);
    }

    [Fact]
    public void FanOut_Disposed_ObjectDisposedException()
    {
        Pipe source = PipeOf("kept");
        Pipe open = NewPipe();
        Pipe disposed = NewPipe();
        disposed.Dispose();
        MustThrow<ObjectDisposedException>(source.ReadHandle, [open.WriteHandle, disposed.WriteHandle]);
        MustThrow<ObjectDisposedException>(disposed.ReadHandle, [open.WriteHandle]);
        source.BytesAvailable.Should().Be(4);
    }

    [Fact]
    public void FanOut_OptionsThatMakeNoSense_ArgumentOutOfRangeException()
    {
        Pipe source = PipeOf("kept");
        foreach (FanOutOptions options in (FanOutOptions[])
        [
            new() { Length = -1 },
            new() { SourceOffset = -1 },
            new() { PipeCapacity = -1 },
            new() { SlowSinkTimeout = TimeSpan.Zero },
            new() { SlowSinkTimeout = TimeSpan.FromMilliseconds(-2) },
            new() { OnSinkFailure = (SinkFailurePolicy)2 },
            new() { OnSinkFailure = (SinkFailurePolicy)(-1) },
        ])
        {
            MustThrow<ArgumentOutOfRangeException>(source.ReadHandle, [NewPipe().WriteHandle], options);
        }

        source.BytesAvailable.Should().Be(4);
    }

    [Fact]
    public void FanOut_PoolAndCapacity_ArgumentException()
    {
        using PipePool pool = new();
        MustThrow<ArgumentException>(PipeOf("kept").ReadHandle, [NewPipe().WriteHandle], new() { Pool = pool, PipeCapacity = 4096 })
            .ParamName.Should().Be("options");
    }

    [Fact]
    public void FanOut_OffsetForAPipe_ArgumentException() =>
        MustThrow<ArgumentException>(PipeOf("kept").ReadHandle, [NewPipe().WriteHandle], new() { SourceOffset = 0 }).ParamName.Should().Be("source");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FanOut_ListAndOptionsAreChangedMeanwhile_AsTheyWereAtFirst(bool isAsync)
    {
        SocketPair source = NewSockets();
        Pipe[] sinks = [NewPipe(), NewPipe(), NewPipe()];
        List<TransferEndpoint> list = [sinks[0].WriteHandle, sinks[1].WriteHandle];
        TransferCounters counters = new();
        FanOutOptions options = new() { Length = 10, Counters = counters };
        Task<FanOutResult> fanOut = Started(isAsync, source.Near, list, options);
        source.Far.Send("01234"u8);
        Eventually(() => counters.BytesWritten == 10, "it is under way");
        list[0] = sinks[2].WriteHandle;
        list.Clear();
        options.Length = 7;
        options.Counters = null;
        options.OnSinkFailure = SinkFailurePolicy.Abort;
        source.Far.Send("56789x"u8);
        FanOutResult result = await MustEnd(fanOut, "0123456789x"u8.ToArray());
        result.BytesRead.Should().Be(10);
        counters.BytesRead.Should().Be(10);
        counters.BytesWritten.Should().Be(20);
        sinks[0].ReadText().Should().Be("0123456789");
        sinks[1].ReadText().Should().Be("0123456789");
        sinks[2].BytesAvailable.Should().Be(0);
    }

    /// <summary>Both ways of calling throw at once, so that nothing has happened.</summary>
    private static TException MustThrow<TException>(TransferEndpoint source, TransferEndpoint[] sinks, FanOutOptions? options = null)
        where TException : Exception
    {
        FluentActions.Invoking(() => Transfer.FanOut(source, sinks, options)).Should().Throw<TException>();
        return FluentActions.Invoking(() => { _ = Transfer.FanOutAsync(source, sinks, options); }).Should().Throw<TException>().Which;
    }
}
