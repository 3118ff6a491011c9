using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace ZeroCopy.Tests.Api;

/// <summary>README says only what is so: its code is code that builds and runs, and its links lead somewhere.</summary>
public sealed partial class ReadmeTests : KernelTest
{
    private static readonly string _readme = File.ReadAllText(Repository.PathOf("README.md"));

    [Fact]
    public void CSharp_EachBlock_IsPartOfTheExamples()
    {
        string examples = WithoutIndentation(File.ReadAllText(Repository.PathOf("tests", "ZeroCopy.Tests", "Api", "ReadmeExamples.cs")));
        MatchCollection blocks = CSharpBlock().Matches(_readme);
        blocks.Should().HaveCount(8);
        blocks.Should().AllSatisfy(block => examples.Should().Contain(WithoutIndentation(block.Groups["code"].Value)));
    }

    [Fact]
    public void Links_Relative_LeadToFiles() =>
        Link().Matches(_readme).Select(link => link.Groups["target"].Value).Where(target => !target.StartsWith("https:", StringComparison.Ordinal) && !target.StartsWith('#'))
            .Should().NotBeEmpty().And.AllSatisfy(target => File.Exists(Repository.PathOf(target)).Should().BeTrue($"{target} is linked"));

    [Fact]
    public void LinksOfDocs_Relative_LeadToFiles() =>
        Directory.GetFiles(Repository.PathOf("src", "ZeroCopy", "docs"), "*.md")
            .SelectMany(page => Link().Matches(File.ReadAllText(page)).Select(link => (Folder: Path.GetDirectoryName(page)!, Target: link.Groups["target"].Value)))
            .Where(link => !link.Target.StartsWith("https:", StringComparison.Ordinal) && !link.Target.StartsWith('#'))
            .Should().NotBeEmpty().And.AllSatisfy(link => File.Exists(Path.Combine(link.Folder, link.Target)).Should().BeTrue($"{link.Target} is linked"));

    [Fact]
    public void Api_NamedInTheTableOfCalls_Exists()
    {
        string[] names = [.. Member().Matches(_readme).Select(member => member.Value).Distinct(StringComparer.Ordinal)];
        names.Should().Contain(["Splice.Move", "Tee.TryDuplicate", "Pipe.Capacity"]);
        names.Should().AllSatisfy(name =>
        {
            string[] parts = name.Split('.');
            typeof(Splice).Assembly.GetType($"ZeroCopy.{parts[0]}")!.GetMember(parts[1]).Should().NotBeEmpty($"{name} is in README");
        });
    }

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

    [Fact]
    public void HandOver_TheExample_HandsAllOver()
    {
        Pipe pipe = NewPipe();
        byte[] picture = Bytes.Random(1_000_000);
        Task writing = InBackground(() =>
        {
            ReadmeExamples.HandOver(pipe, picture);
            pipe.WriteHandle.Dispose();
        });
        InTime(() => pipe.ReadToEnd()).Should().Equal(picture);
        InTime(() => writing.Wait(Patience)).Should().BeTrue();
    }

    private static string WithoutIndentation(string code) =>
        string.Join('\n', code.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    [GeneratedRegex(@"```csharp\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex(@"\]\((?<target>[^)]+)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Link();

    [GeneratedRegex(@"\b(Splice|Tee|VmSplice|Pipe|SpliceFlags|Errno|PipePool|FdReadiness|SpliceSocket|Transfer|TransferEndpoint|CopyOptions|CopyResult|RelayOptions|FanOutOptions|PageBuffer|VmSpliceWriter|VmSpliceMode)\.(?!csproj)[A-Z]\w*", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Member();
}
