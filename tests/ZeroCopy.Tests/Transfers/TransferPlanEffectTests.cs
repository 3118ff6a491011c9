using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>To explain a copy is to ask: bytes, positions and flags stay, nothing is waited for, and what no copy takes is refused as a copy refuses it.</summary>
public sealed class TransferPlanEffectTests : TransferTest
{
    [Fact]
    public void Explain_PipesAndSockets_BytesAndFlagsStay()
    {
        Pipe from = PipeOf("hello");
        Pipe to = NewPipe();
        SocketPair source = NewSockets();
        SocketPair destination = NewSockets(unix: true);
        source.Far.Send("hello"u8);
        int[] before = FlagsOf(from, to, source, destination);
        MustLeaveAlone(from.ReadHandle, to.WriteHandle);
        MustLeaveAlone(source.Near, destination.Near);
        MustLeaveAlone(from.ReadHandle, destination.Near);
        MustLeaveAlone(source.Near, to.WriteHandle);
        FlagsOf(from, to, source, destination).Should().Equal(before);
        from.ReadText().Should().Be("hello");
        to.BytesAvailable.Should().Be(0);
        source.Near.ReceiveExactly(5).Should().Equal("hello"u8.ToArray());
        (source.Near.Available, destination.Far.Available).Should().Be((0, 0));
    }

    [Fact]
    public void Explain_Files_PositionsAndContentsStay()
    {
        byte[] bytes = Bytes.Random(100_000);
        SafeFileHandle source = FileOf(bytes);
        SafeFileHandle destination = FileOf(bytes);
        using FileStream stream = new(NewPath(), FileMode.CreateNew, FileAccess.ReadWrite);
        stream.Write(bytes);
        stream.Position = 7;
        Native.Seek(source, 10);
        Native.Seek(destination, 20);
        MustLeaveAlone(source, destination);
        MustLeaveAlone(source, NewPipe().WriteHandle, new() { Snapshot = true });
        MustLeaveAlone(source, NewSockets().Near);
        MustLeaveAlone(source, destination, new() { SourceOffset = 1, DestinationOffset = 2, Length = 3 });
        MustLeaveAlone(PipeOf("hello").ReadHandle, destination);
        MustLeaveAlone(stream, destination);
        MustLeaveAlone(PipeOf("hello").ReadHandle, stream);
        (Native.Position(source), Native.Position(destination), stream.Position).Should().Be((10, 20, 7));
        ContentOf(destination).Should().Equal(bytes);
    }

    [Fact]
    public void Explain_Terminals_FlagsAndWhatIsTypedStay()
    {
        (SafeFileHandle master, SafeFileHandle terminal) = Native.RawTerminal();
        Own(terminal);
        Own(master);
        Native.Write(master, "hello"u8).Should().Be(5);
        int flags = Native.StatusFlags(terminal);
        MustLeaveAlone(terminal, NewPipe().WriteHandle);
        MustLeaveAlone(PipeOf("hello").ReadHandle, terminal);
        Native.StatusFlags(terminal).Should().Be(flags);
        byte[] typed = new byte[10];
        Native.Read(terminal, typed).Should().Be(5);
    }

    /// <summary>Neither an empty source nor a full destination, nor one that has gone, is waited for.</summary>
    [Fact]
    public void Explain_NeitherIsReady_AnswersAtOnce()
    {
        Pipe full = NewPipe();
        full.Full();
        Pipe gone = NewPipe();
        gone.ReadHandle.Dispose();
        MustLeaveAlone(NewPipe().ReadHandle, full.WriteHandle).Path.Should().Be(TransferPath.Splice);
        MustLeaveAlone(NewSockets().Near, full.WriteHandle).Path.Should().Be(TransferPath.Splice);
        MustLeaveAlone(NewPipe().ReadHandle, gone.WriteHandle).Path.Should().Be(TransferPath.Splice);
        MustLeaveAlone(FileOf("hello"u8.ToArray()), full.WriteHandle).Path.Should().Be(TransferPath.Splice);
    }

    [Fact]
    public void Explain_PipeOfAPool_ComesBackEmpty()
    {
        using PipePool pool = new(maxIdlePipes: 1);
        Pipe lent = pool.Rent();
        pool.Return(lent);
        MustLeaveAlone(FileOf(Bytes.Random(100_000)), NewSockets().Near, new() { Pool = pool }).PipeCapacity.Should().Be(lent.Capacity);
        pool.Rent().Should().BeSameAs(lent);
        lent.BytesAvailable.Should().Be(0);
        pool.Return(lent);
    }

    [Fact]
    public void Explain_BadInput_RefusedAsACopyRefusesIt()
    {
        SafeFileHandle file = FileOf("hello"u8.ToArray());
        Pipe pipe = NewPipe();
        SafeFileHandle disposed = FileOf([]);
        disposed.Dispose();
        using SafeFileHandle directory = Native.Open(Folder, Native.O_RDONLY);
        MustBeRefusedAlike(default, file);
        MustBeRefusedAlike(file, default);
        MustBeRefusedAlike(directory, file);
        MustBeRefusedAlike(pipe.WriteHandle, file);
        MustBeRefusedAlike(file, pipe.ReadHandle);
        MustBeRefusedAlike(pipe.ReadHandle, pipe.WriteHandle);
        MustBeRefusedAlike(file, file, new() { DestinationOffset = 1 });
        MustBeRefusedAlike(disposed, file);
        MustBeRefusedAlike(pipe.ReadHandle, file, new() { SourceOffset = 0 });
        MustBeRefusedAlike(file, pipe.WriteHandle, new() { Length = -1 });
        MustBeRefusedAlike(file, pipe.WriteHandle, new() { PipeCapacity = 1, Pool = PipePool.Shared });
    }

    [Fact]
    public void Explain_PoolIsDisposed_ObjectDisposedException()
    {
        PipePool pool = new();
        pool.Dispose();
        FluentActions.Invoking(() => Transfer.Explain(NewPipe().ReadHandle, NewPipe().WriteHandle, new() { Pool = pool })).Should().Throw<ObjectDisposedException>();
    }

    private static void MustBeRefusedAlike(TransferEndpoint source, TransferEndpoint destination, CopyOptions? options = null)
    {
        Exception expected = FluentActions.Invoking(() => Copy(isAsync: false, source, destination, options)).Should().Throw<Exception>().Which;
        Exception thrown = FluentActions.Invoking(() => Transfer.Explain(source, destination, options)).Should().Throw<Exception>().Which;
        (thrown.GetType(), thrown.Message).Should().Be((expected.GetType(), expected.Message));
    }

    private static TransferPlan MustLeaveAlone(TransferEndpoint source, TransferEndpoint destination, CopyOptions? options = null) =>
        InTime(() => Transfer.Explain(source, destination, options));

    private static int[] FlagsOf(Pipe from, Pipe to, SocketPair source, SocketPair destination) =>
        [.. ((SafeHandle[])[from.ReadHandle, to.WriteHandle, source.Near.SafeHandle, destination.Near.SafeHandle]).Select(Native.StatusFlags)];
}
