using System.Net;
using System.Net.Sockets;

namespace ZeroCopy.Tests.Api;

/// <summary>What README shows is what happens: its examples do what it says, and its messages are those that come.</summary>
public sealed class ReadmeTests : KernelTest
{
    private static readonly string _readme = File.ReadAllText(Repository.PathOf("README.md"));

    [Fact]
    public void Errors_Shown_AreWhatTheyRead()
    {
        Pipe pipe = NewPipe();
        FluentActions.Invoking(() => Splice.Move(pipe.ReadHandle, pipe.WriteHandle, 1)).Should().Throw<ErrnoException>()
            .Which.Message.Should().Match(message => _readme.Contains($"\n{message}\n", StringComparison.Ordinal));
        string[] child = Child.RunAfter("ulimit -n 300", "pipes", "1000").Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        _readme.Should().Contain($"\n{child[^1]}\n");
    }

    [Fact]
    public void SendFile_TheExample_SendsTheFile()
    {
        byte[] bytes = Bytes.Random(1_000_003);
        File.WriteAllBytes(PathOf("file"), bytes);
        SocketPair sockets = Own(SocketPair.Tcp());
        Task<byte[]> received = Task.Run(() =>
        {
            byte[] buffer = new byte[bytes.Length];
            new NetworkStream(sockets.Far).ReadExactly(buffer);
            return buffer;
        });
        InTime(() =>
        {
            ReadmeExamples.SendFile(PathOf("file"), sockets.Near);
            return true;
        });
        InTime(() => received.Result).Should().Equal(bytes);
    }

    [Fact]
    public void MoveIfReady_TheExample_MovesOrDoesNot()
    {
        Pipe source = NewPipe();
        Pipe target = NewPipe();
        ReadmeExamples.MoveIfReady(source.ReadHandle, target).Should().Be(0);
        source.Write("hello");
        ReadmeExamples.MoveIfReady(source.ReadHandle, target).Should().Be(5);
    }

    [Fact]
    public async Task Proxy_TheExample_CarriesBothDirectionsAndTheirEnds()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        SocketPair client = Own(SocketPair.Tcp());
        Task proxy = ReadmeExamples.ProxyAsync(client.Far, listener.LocalEndPoint!);
        using Socket server = InTime(listener.Accept);
        client.Near.Send("question"u8);
        client.Near.Shutdown(SocketShutdown.Send);
        InTime(server.ReceiveToEnd).Should().Equal("question"u8.ToArray());
        server.Send("answer"u8);
        server.Shutdown(SocketShutdown.Send);
        await proxy.WaitAsync(Patience);
        client.Far.Dispose();
        InTime(client.Near.ReceiveToEnd).Should().Equal("answer"u8.ToArray());
    }

    [Fact]
    public async Task Copy_TheExample_Copies()
    {
        Pipe source = PipeOf("hello, world");
        source.WriteHandle.Dispose();
        Pipe destination = NewPipe();
        await ReadmeExamples.CopyAsync(source.ReadHandle, destination.WriteHandle).WaitAsync(Patience);
        destination.ReadText().Should().Be("hello, world");
    }

    [Fact]
    public async Task FanOut_TheExample_CopiesToEach()
    {
        Pipe source = PipeOf("hello, world");
        source.WriteHandle.Dispose();
        Pipe[] sinks = [NewPipe(), NewPipe(), NewPipe()];
        await ReadmeExamples.FanOutAsync(source.ReadHandle, sinks[0].WriteHandle, sinks[1].WriteHandle, sinks[2].WriteHandle).WaitAsync(Patience);
        sinks.Should().AllSatisfy(sink => sink.ReadText().Should().Be("hello, world"));
    }

    [Fact]
    public async Task CopyToTheOther_TheExample_LosesNothing()
    {
        Pipe source = PipeOf("hello, world");
        source.WriteHandle.Dispose();
        Pipe first = NewPipe();
        first.ReadHandle.Dispose();
        Pipe second = NewPipe();
        await ReadmeExamples.CopyToTheOtherAsync(source.ReadHandle, first.WriteHandle, second.WriteHandle).WaitAsync(Patience);
        second.ReadText().Should().Be("hello, world");
    }

    [Fact]
    public void Write_TheExample_WritesAll()
    {
        Pipe pipe = NewPipe();
        byte[][] chunks = [.. Enumerable.Range(1, 10).Select(i => Bytes.Random(i * 100_000))];
        Task writing = InBackground(() =>
        {
            ReadmeExamples.Write(pipe, chunks.Select(chunk => (ReadOnlyMemory<byte>)chunk));
            pipe.WriteHandle.Dispose();
        });
        InTime(() => pipe.ReadToEnd()).Should().Equal(chunks.SelectMany(chunk => chunk));
        InTime(() => writing.Wait(Patience)).Should().BeTrue();
    }
}
