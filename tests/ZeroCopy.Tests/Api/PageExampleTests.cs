using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Api;

/// <summary>The examples of the pages do what the pages say.</summary>
public sealed class PageExampleTests : TransferTest
{
    [Fact]
    public async Task Copying_FileRangeAndStream_ArriveInOrder()
    {
        byte[] bytes = Bytes.Random(100_000);
        SafeFileHandle file = FileOf(bytes);
        string path = NewPath();
        await File.WriteAllBytesAsync(path, bytes);
        SocketPair sockets = NewSockets();
        Task<byte[]> arrived = InBackgroundToEnd(sockets.Far);
        (await CopyingExamples.SendAsync(path, sockets.Near, CancellationToken.None).WaitAsync(Patience)).Should().Be(bytes.Length);
        await CopyingExamples.SendRangeAsync(file, 1000, 500, sockets.Near).WaitAsync(Patience);
        await FluentActions.Awaiting(() => CopyingExamples.SendRangeAsync(file, 99_999, 2, sockets.Near)).Should().ThrowAsync<EndOfStreamException>();
        using MemoryStream memory = new(bytes);
        await CopyingExamples.SendStreamAsync(memory, sockets.Near).WaitAsync(Patience);
        sockets.Near.Shutdown(SocketShutdown.Send);
        (await arrived.WaitAsync(Patience)).Should().Equal([.. bytes, .. bytes[1000..1500], bytes[^1], .. bytes]);
    }

    [Fact]
    public async Task Copying_BodyBehindAHeader_IsSavedWhole()
    {
        SocketPair sockets = NewSockets();
        using FileStream file = new(NewPath(), FileMode.CreateNew, FileAccess.ReadWrite);
        sockets.Near.Send("3456"u8);
        await CopyingExamples.SaveBodyAsync(sockets.Far, "HEAD12"u8.ToArray(), received: 6, headerLength: 4, bodyLength: 6, file).WaitAsync(Patience);
        ContentOf(file.SafeFileHandle).Should().Equal("123456"u8.ToArray());
    }

    [Fact]
    public async Task Copying_Upload_IsSavedUpToItsLengthOrFoundTooShort()
    {
        SocketPair sockets = NewSockets();
        using FileStream file = new(NewPath(), FileMode.CreateNew, FileAccess.ReadWrite);
        sockets.Near.Send("1234567"u8);
        (await CopyingExamples.SaveAsync(sockets.Far, file, 4).WaitAsync(Patience)).Should().BeTrue();
        sockets.Near.Shutdown(SocketShutdown.Send);
        (await CopyingExamples.SaveAsync(sockets.Far, file, 4).WaitAsync(Patience)).Should().BeFalse();
        ContentOf(file.SafeFileHandle).Should().Equal("1234567"u8.ToArray());
    }

    [Fact]
    public async Task Copying_CancelledAndResumed_LosesNothing()
    {
        Pipe source = PipeOf("hello, ");
        Pipe destination = NewPipe();
        using CancellationTokenSource cancellation = new();
        Task<CopyOptions?> first = CopyingExamples.CopyUntilAsync(source.ReadHandle, destination.WriteHandle, null, cancellation.Token);
        Eventually(() => destination.BytesAvailable == 7, "it is copied");
        await cancellation.CancelAsync();
        CopyOptions? rest = await first.WaitAsync(Patience);
        source.Write("world");
        source.WriteHandle.Dispose();
        (await CopyingExamples.CopyUntilAsync(source.ReadHandle, destination.WriteHandle, rest, CancellationToken.None).WaitAsync(Patience)).Should().BeNull();
        destination.ReadText().Should().Be("hello, world");
    }

    [Fact]
    public async Task Relaying_Server_RelaysItsClients()
    {
        using Socket listener = Listening();
        using Socket upstream = Listening();
        using CancellationTokenSource stop = new();
        Task serving = RelayingExamples.ServeAllAsync(listener, upstream.LocalEndPoint!, stop.Token);
        using Socket client = Connected(listener);
        using Socket server = InTime(upstream.Accept);
        client.Send("question"u8);
        client.Shutdown(SocketShutdown.Send);
        InTime(server.ReceiveToEnd).Should().Equal("question"u8.ToArray());
        server.Send("answer"u8);
        server.Shutdown(SocketShutdown.Send);
        InTime(client.ReceiveToEnd).Should().Equal("answer"u8.ToArray());
        await stop.CancelAsync();
        await FluentActions.Awaiting(() => serving.WaitAsync(Patience)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Relaying_ByTheFirstBytes_GoesToTheRightOneWithThem()
    {
        using Socket http = Listening();
        SocketPair client = NewSockets();
        client.Near.Send("GET /"u8);
        client.Near.Shutdown(SocketShutdown.Send);
        Task relay = RelayingExamples.RouteAsync(client.Far, http.LocalEndPoint!, new IPEndPoint(IPAddress.Loopback, SocketPair.FreePort()));
        using Socket server = InTime(http.Accept);
        InTime(server.ReceiveToEnd).Should().Equal("GET /"u8.ToArray());
        server.Shutdown(SocketShutdown.Send);
        await relay.WaitAsync(Patience);
    }

    [Fact]
    public async Task Relaying_Recorded_IsInTheFile()
    {
        SocketPair client = NewSockets();
        SocketPair server = NewSockets();
        string path = NewPath();
        client.Near.Send("question"u8);
        client.Near.Shutdown(SocketShutdown.Send);
        server.Near.Shutdown(SocketShutdown.Send);
        await RelayingExamples.RecordAsync(client.Far, server.Far, path).WaitAsync(Patience);
        (await File.ReadAllTextAsync(path)).Should().Be("question");
    }

    [Fact]
    public void FanOut_TheCall_DuplicatesAndMovesAsMuch()
    {
        Pipe source = PipeOf("hello");
        Pipe copy = NewPipe();
        Pipe destination = NewPipe();
        FanOutExamples.CopyAndMove(source, copy, destination.WriteHandle).Should().Be(5);
        copy.ReadText().Should().Be("hello");
        destination.ReadText().Should().Be("hello");
    }

    [Fact]
    public async Task FanOut_Upload_IsSavedAndNothingIsLeftToCatchUp()
    {
        Pipe upload = PipeOf("hello");
        upload.WriteHandle.Dispose();
        Pipe replica = NewPipe();
        Pipe scanner = NewPipe();
        using FileStream file = new(NewPath(), FileMode.CreateNew, FileAccess.ReadWrite);
        FanOutResult result = await FanOutExamples.SaveAsync(upload.ReadHandle, file, replica.WriteHandle, scanner).WaitAsync(Patience);
        await FanOutExamples.CatchUpAsync(result, upload.ReadHandle, [file, replica.WriteHandle, scanner.WriteHandle]).WaitAsync(Patience);
        replica.ReadText().Should().Be("hello");
        scanner.ReadText().Should().Be("hello");
        ContentOf(file.SafeFileHandle).Should().Equal("hello"u8.ToArray());
    }

    [Fact]
    public async Task VmSplice_JsonAndPage_ArriveWhole()
    {
        Pipe pipe = NewPipe();
        int[] numbers = [.. Enumerable.Range(0, 100_000)];
        Task writing = OnItsOwnThread(async () =>
        {
            await VmSpliceExamples.WriteAsync(pipe, numbers);
            await VmSpliceExamples.RenderAsync(pipe, 300_000);
            pipe.WriteHandle.Dispose();
        }).Unwrap();
        byte[] arrived = InTime(() => pipe.ReadToEnd());
        await writing.WaitAsync(Patience);
        JsonSerializer.Deserialize<int[]>(arrived.AsSpan(..^300_000)).Should().Equal(numbers);
        arrived[^300_000..].Should().OnlyContain(value => value == 'x');
    }

    [Fact]
    public async Task Pipes_RentedAndWaitedFor_Move()
    {
        Pipe source = PipeOf("hello");
        SocketPair sockets = NewSockets();
        PipesExamples.Open();
        PipesExamples.MakeNonBlocking(sockets.Near);
        PipesExamples.MoveOnce(source.ReadHandle, sockets.Near.SafeHandle).Should().Be(5);
        source.Write("world");
        (await PipesExamples.DrainAsync(source, sockets.Near.SafeHandle, CancellationToken.None).WaitAsync(Patience)).Should().Be((Errno.None, 5));
        sockets.Far.ReceiveExactly(10).Should().Equal("helloworld"u8.ToArray());
    }

    [Fact]
    public void Pipes_BytesOfTheProgram_AreWrittenAndRead()
    {
        byte[] buffer = new byte[10];
        int count = InTime(() => PipesExamples.Exchange(NewPipe(), "hello"u8.ToArray(), buffer));
        buffer[..count].Should().Equal("hello"u8.ToArray());
        Pipe empty = Own(new Pipe(nonBlocking: true));
        FluentActions.Invoking(() => PipesExamples.Exchange(empty, [], buffer)).Should().Throw<IOException>();
    }

    [Fact]
    public void Errors_WhatCannotBeSpliced_IsToldFromWhatCan()
    {
        Pipe pipe = NewPipe();
        using SafeFileHandle status = Native.Open("/dev/null", Native.O_RDONLY);
        ErrorsExamples.CanBeSpliced(status, pipe).Should().BeFalse();
        ErrorsExamples.CanBeSpliced(FileOf("hello"u8.ToArray()), pipe).Should().BeTrue();
    }

    [Fact]
    public void Diagnostics_WhatIsPermitted_IsPrintedAsThePageShows()
    {
        TextWriter before = Console.Out;
        using StringWriter printed = new();
        Console.SetOut(printed);
        DiagnosticsExamples.Explain(PipeOf("hello").ReadHandle, FileOf([]));
        Console.SetOut(before);
        string[] shown = File.ReadAllText(Repository.PathOf("src", "ZeroCopy", "docs", "diagnostics.md"))
            .Split("```").Single(block => block.StartsWith("\nkernel", StringComparison.Ordinal)).TrimStart().Split('\n');
        string[] lines = printed.ToString().Split('\n');
        lines.Select(Heading).Should().Equal(shown.Select(Heading));
        lines[^2].Should().Be(shown[^2]);

        static string Heading(string line) => line[..Math.Min(line.Length, 17)];
    }

    private static Task<byte[]> InBackgroundToEnd(Socket socket) => OnItsOwnThread(socket.ReceiveToEnd);

    private static Socket Connected(Socket listener)
    {
        Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        return client;
    }
}
