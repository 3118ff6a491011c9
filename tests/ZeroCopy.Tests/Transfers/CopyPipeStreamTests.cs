using System.Diagnostics;
using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>The pipe streams of .NET: the anonymous ones are pipes, the named ones unix sockets that block.</summary>
public sealed class CopyPipeStreamTests : TransferTest
{
    private const int Much = 20 << 20;

    public static TheoryData<PipeOptions, bool, bool> Named() => new()
    {
        { PipeOptions.None, false, false },
        { PipeOptions.None, false, true },
        { PipeOptions.None, true, false },
        { PipeOptions.None, true, true },
        { PipeOptions.Asynchronous, false, true },
        { PipeOptions.Asynchronous, true, false },
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_BetweenAnonymousPipes_SameBytes(bool isAsync)
    {
        using AnonymousPipeServerStream writer = new(PipeDirection.Out);
        using AnonymousPipeClientStream source = new(PipeDirection.In, writer.ClientSafePipeHandle);
        using AnonymousPipeServerStream reader = new(PipeDirection.In);
        using AnonymousPipeClientStream destination = new(PipeDirection.Out, reader.ClientSafePipeHandle);
        byte[] bytes = Bytes.Random(200_000);
        Task<bool> writing = OnItsOwnThread(() => Write(writer, bytes));
        Task<byte[]> reading = OnItsOwnThread(() => Read(reader, bytes.Length));
        Copy(isAsync, source, destination, new() { Length = bytes.Length }).BytesCopied.Should().Be(bytes.Length);
        InTime(() => writing.Result).Should().BeTrue();
        InTime(() => reading.Result).AsSpan().SequenceEqual(bytes).Should().BeTrue();
        writer.WriteByte(7);
        InTime(source.ReadByte).Should().Be(7);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_ServersOfAnonymousPipes_SameBytes(bool isAsync)
    {
        using AnonymousPipeServerStream source = new(PipeDirection.In);
        using AnonymousPipeClientStream writer = new(PipeDirection.Out, source.ClientSafePipeHandle);
        using AnonymousPipeServerStream destination = new(PipeDirection.Out);
        using AnonymousPipeClientStream reader = new(PipeDirection.In, destination.ClientSafePipeHandle);
        writer.Write("hello"u8);
        writer.Dispose();
        Copy(isAsync, source, destination).BytesCopied.Should().Be(5);
        InTime(() => Read(reader, 5)).Should().Equal("hello"u8.ToArray());
    }

    [Theory]
    [MemberData(nameof(Named))]
    public void Copy_FromANamedPipe_SameBytesAndReadsWaitAfterwards(PipeOptions options, bool server, bool isAsync)
    {
        (PipeStream source, PipeStream writer) = NamedPipe(options, server);
        byte[] bytes = Bytes.Random(Much);
        SafeFileHandle destination = FileOf([]);
        Task<CopyResult> copy = Started(isAsync, source, destination, new() { Length = Much });
        MustRest(copy);
        InTime(() => Write(writer, bytes)).Should().BeTrue();
        InTime(() => copy.Result).BytesCopied.Should().Be(Much);
        ContentOf(destination).AsSpan().SequenceEqual(bytes).Should().BeTrue();
        MustTalk(source, writer);
    }

    /// <summary>Far more than the connection holds: to splice into it would not come back.</summary>
    [Theory]
    [MemberData(nameof(Named))]
    public void Copy_ToANamedPipe_SameBytesAndReadsWaitAfterwards(PipeOptions options, bool server, bool isAsync)
    {
        (PipeStream destination, PipeStream reader) = NamedPipe(options, server);
        byte[] bytes = Bytes.Random(Much);
        TransferCounters counters = new();
        Task<CopyResult> copy = Started(isAsync, FileOf(bytes), destination, new() { Counters = counters });
        Eventually(() => counters.BytesWritten > 0, "it gets as far as it can");
        MustRest(copy);
        InTime(() => Read(reader, Much)).AsSpan().SequenceEqual(bytes).Should().BeTrue();
        InTime(() => copy.Result).BytesCopied.Should().Be(Much);
        MustTalk(destination, reader);
    }

    /// <summary>The standard streams of a process are known as streams only.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_ThroughAnotherProcess_SameBytes(bool isAsync)
    {
        byte[] bytes = Bytes.Random(1 << 20);
        ProcessStartInfo start = new("cat") { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        using Process cat = Process.Start(start)!;
        using Stream input = cat.StandardInput.BaseStream;
        using Stream output = cat.StandardOutput.BaseStream;
        TransferEndpoint.TryFrom(input, out TransferEndpoint to).Should().BeTrue();
        TransferEndpoint.TryFrom(output, out TransferEndpoint from).Should().BeTrue();
        SafeFileHandle result = FileOf([]);
        Task<CopyResult> reading = Started(isAsync, from, result);
        Copy(isAsync, FileOf(bytes), to).BytesCopied.Should().Be(bytes.Length);
        input.Dispose();
        InTime(() => reading.Result).BytesCopied.Should().Be(bytes.Length);
        ContentOf(result).AsSpan().SequenceEqual(bytes).Should().BeTrue();
        InTime(() => cat.WaitForExit(Patience)).Should().BeTrue();
    }

    [Fact]
    public void Copy_NamedPipeThatNobodyConnectedTo_InvalidOperationExceptionAsOfTheStream()
    {
        using NamedPipeServerStream unconnected = new(NewPath());
        Pipe source = PipeOf("hello");
        FluentActions.Invoking(() => Transfer.Copy(source.ReadHandle, unconnected)).Should().Throw<InvalidOperationException>();
        source.BytesAvailable.Should().Be(5);
    }

    private static bool Write(Stream stream, byte[] bytes)
    {
        stream.Write(bytes);
        return true;
    }

    private static byte[] Read(Stream stream, int count)
    {
        byte[] bytes = new byte[count];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static void MustTalk(PipeStream used, PipeStream other)
    {
        Task<int> late = OnItsOwnThread(used.ReadByte);
        late.Wait(TimeSpan.FromMilliseconds(50)).Should().BeFalse("nothing was written yet");
        other.WriteByte(7);
        InTime(() => late.Result).Should().Be(7);
        Task<byte[]> reading = OnItsOwnThread(() => Read(other, Much));
        InTime(() => Write(used, new byte[Much])).Should().BeTrue();
        InTime(() => reading.Result).Should().HaveCount(Much);
    }

    private (PipeStream Used, PipeStream Other) NamedPipe(PipeOptions options, bool useServer)
    {
        string path = NewPath();
        NamedPipeServerStream server = Own(new NamedPipeServerStream(path, PipeDirection.InOut, 1, PipeTransmissionMode.Byte, options));
        NamedPipeClientStream client = Own(new NamedPipeClientStream(".", path, PipeDirection.InOut, options));
        client.Connect(Patience);
        server.WaitForConnection();
        return useServer ? (server, client) : (client, server);
    }
}
