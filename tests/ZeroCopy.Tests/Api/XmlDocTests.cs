using System.Net.Sockets;
using System.Xml.Linq;

namespace ZeroCopy.Tests.Api;

/// <summary>What an editor shows of the library: the examples are code that builds and does what they say.</summary>
public sealed class XmlDocTests : TransferTest
{
    private static readonly XDocument _docs = XDocument.Load(Path.ChangeExtension(typeof(Splice).Assembly.Location, ".xml"));

    [Fact]
    public void Code_Each_IsPartOfTheExamples() =>
        _docs.Descendants("code").Should().AllSatisfy(code => ExampleCode.All.Should().Contain(ExampleCode.WithoutIndentation(code.Value)));

    [Theory]
    [InlineData("T:ZeroCopy.Splice")]
    [InlineData("T:ZeroCopy.Tee")]
    [InlineData("T:ZeroCopy.VmSplice")]
    [InlineData("T:ZeroCopy.Pipe")]
    [InlineData("T:ZeroCopy.PipePool")]
    [InlineData("M:ZeroCopy.Transfer.CopyAsync(")]
    [InlineData("M:ZeroCopy.Transfer.RelayAsync(")]
    [InlineData("M:ZeroCopy.Transfer.FanOutAsync(")]
    [InlineData("M:ZeroCopy.Transfer.Explain(")]
    [InlineData("T:ZeroCopy.TransferEndpoint")]
    [InlineData("T:ZeroCopy.VmSpliceWriter")]
    [InlineData("T:ZeroCopy.PageBuffer")]
    [InlineData("T:ZeroCopy.FdReadiness")]
    [InlineData("T:ZeroCopy.SpliceSocket")]
    [InlineData("T:ZeroCopy.KernelSupport")]
    public void Example_OfWhatMattersMost_IsThere(string member)
    {
        XElement docs = _docs.Descendants("member").Single(element => member.EndsWith('(')
            ? element.Attribute("name")!.Value.StartsWith(member, StringComparison.Ordinal)
            : element.Attribute("name")!.Value == member);
        docs.Elements("example").Elements("code").Should().NotBeEmpty();
    }

    [Fact]
    public async Task Splice_TheExample_SendsTheFile()
    {
        byte[] bytes = Bytes.Random(300_000);
        string path = NewPath();
        await File.WriteAllBytesAsync(path, bytes);
        SocketPair sockets = NewSockets();
        Task<byte[]> arrived = OnItsOwnThread(() => sockets.Far.ReceiveExactly(bytes.Length));
        await InBackground(() => XmlDocExamples.Send(path, sockets.Near)).WaitAsync(Patience);
        (await arrived.WaitAsync(Patience)).Should().Equal(bytes);
    }

    [Fact]
    public void VmSplice_TheExample_TellsEmptyFromTheEnd()
    {
        Pipe pipe = NewPipe();
        XmlDocExamples.Look(pipe).Should().Be((true, false));
        pipe.Write("hello");
        XmlDocExamples.Look(pipe).Should().Be((false, false));
        pipe.WriteHandle.Dispose();
        XmlDocExamples.Look(pipe).Should().Be((false, true));
    }

    [Fact]
    public void Pipe_TheExample_HasTheStartOfTheFileAndAnEnd()
    {
        byte[] bytes = Bytes.Random(100_000);
        InTime(() => XmlDocExamples.Start(FileOf(bytes))).Should().Equal(bytes[..65536]);
    }

    [Fact]
    public async Task PoolAndReadiness_TheExamples_Move()
    {
        Pipe source = PipeOf("hello");
        SocketPair sockets = NewSockets();
        XmlDocExamples.MoveOnce(source.ReadHandle, sockets.Near.SafeHandle);
        source.Write("world");
        (await XmlDocExamples.DrainAsync(source, sockets.Near.SafeHandle, CancellationToken.None).WaitAsync(Patience)).Should().Be((Errno.None, 5));
        sockets.Far.ReceiveExactly(10).Should().Equal("helloworld"u8.ToArray());
    }

    [Fact]
    public async Task SpliceSocket_TheExample_RelaysAConnection()
    {
        using Socket listener = Listening();
        using Socket upstream = Listening();
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        Task serving = XmlDocExamples.ServeOneAsync(listener, upstream.LocalEndPoint!, CancellationToken.None);
        using Socket server = InTime(upstream.Accept);
        client.Send("question"u8);
        client.Shutdown(SocketShutdown.Send);
        InTime(server.ReceiveToEnd).Should().Equal("question"u8.ToArray());
        server.Shutdown(SocketShutdown.Send);
        await serving.WaitAsync(Patience);
    }

    [Fact]
    public async Task PageBuffer_TheExample_HandsOverAll()
    {
        byte[] picture = Bytes.Random(300_000);
        Pipe pipe = NewPipe();
        Task writing = InBackground(() =>
        {
            XmlDocExamples.HandOver(picture, pipe);
            pipe.WriteHandle.Dispose();
        });
        InTime(() => pipe.ReadToEnd()).Should().Equal(picture);
        await writing.WaitAsync(Patience);
    }
}
