using System.IO.Compression;
using System.IO.Pipes;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>What is an endpoint, and what is none although it looks like one.</summary>
public sealed class TransferEndpointTests : TransferTest
{
    [Fact]
    public void Conversion_OfNull_IsTheDefaultAndRefused()
    {
        Pipe pipe = PipeOf("hello");
        TransferEndpoint[] ofNull = [(Socket?)null, (NetworkStream?)null, (FileStream?)null, (PipeStream?)null, (SafeHandle?)null, default];
        foreach (TransferEndpoint endpoint in ofNull)
        {
            foreach (bool isAsync in (bool[])[false, true])
            {
                FluentActions.Invoking(() => Copy(isAsync, endpoint, pipe.WriteHandle)).Should().Throw<ArgumentException>().WithParameterName("source");
                FluentActions.Invoking(() => Copy(isAsync, pipe.ReadHandle, endpoint)).Should().Throw<ArgumentException>().WithParameterName("destination");
            }
        }

        pipe.BytesAvailable.Should().Be(5);
    }

    [Fact]
    public void Conversion_OfEachType_Works()
    {
        SocketPair sockets = NewSockets();
        using NetworkStream network = new(sockets.Near);
        using FileStream file = new(NewPath(), FileMode.CreateNew);
        using AnonymousPipeServerStream anonymous = new(PipeDirection.Out);
        foreach (TransferEndpoint endpoint in (TransferEndpoint[])[sockets.Near, network, file, anonymous, sockets.Near.SafeHandle, NewPipe().WriteHandle])
        {
            Copy(isAsync: false, PipeOf("hello").ReadHandle, endpoint, new() { Length = 5 }).BytesCopied.Should().Be(5);
        }
    }

    [Fact]
    public void TryFrom_StreamsThatAreADescriptor_True()
    {
        SocketPair sockets = NewSockets();
        using NetworkStream network = new(sockets.Near);
        using FileStream file = new(NewPath(), FileMode.CreateNew);
        using AnonymousPipeServerStream anonymous = new(PipeDirection.Out);
        using NamedPipeServerStream server = new(NewPath());
        using NamedPipeClientStream client = new(".", NewPath());
        foreach (Stream stream in (Stream[])[network, file, anonymous, server, client])
        {
            TransferEndpoint.TryFrom(stream, out TransferEndpoint endpoint).Should().BeTrue();
            endpoint.Should().NotBe(default(TransferEndpoint));
        }
    }

    [Fact]
    public void TryFrom_StreamsThatAreMore_FalseAndTheDefault()
    {
        SocketPair sockets = NewSockets();
        using NetworkStream network = new(sockets.Near);
        using OwnFileStream own = new(NewPath());
        using BufferedStream buffered = new(network);
        using GZipStream zip = new(network, CompressionMode.Compress);
        using SslStream encrypted = new(network);
        using MemoryStream memory = new();
        foreach (Stream stream in (Stream[])[memory, buffered, zip, encrypted, own, Stream.Null])
        {
            TransferEndpoint.TryFrom(stream, out TransferEndpoint endpoint).Should().BeFalse();
            endpoint.Should().Be(default(TransferEndpoint));
        }

        FluentActions.Invoking(() => TransferEndpoint.TryFrom(null!, out _)).Should().Throw<ArgumentNullException>().WithParameterName("stream");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Duplex_OfTwo_ReadsFromOneAndWritesToTheOther(bool isAsync)
    {
        Pipe input = PipeOf("input");
        Pipe output = NewPipe();
        TransferEndpoint standard = TransferEndpoint.Duplex(input.ReadHandle, output.WriteHandle);
        Pipe destination = NewPipe();
        Copy(isAsync, standard, destination.WriteHandle, new() { Length = 5 }).BytesCopied.Should().Be(5);
        Copy(isAsync, destination.ReadHandle, standard, new() { Length = 5 }).BytesCopied.Should().Be(5);
        output.ReadText().Should().Be("input");
    }

    [Fact]
    public void Duplex_OfHalves_OnlyThoseAreUsed()
    {
        Pipe pipe = PipeOf("hello");
        TransferEndpoint half = TransferEndpoint.Duplex(pipe.ReadHandle, default);
        FluentActions.Invoking(() => Transfer.Copy(PipeOf("x").ReadHandle, half)).Should().Throw<ArgumentException>().WithParameterName("destination");
        TransferEndpoint whole = TransferEndpoint.Duplex(half, pipe.WriteHandle);
        FluentActions.Invoking(() => Transfer.Copy(whole, whole)).Should().Throw<ArgumentException>("it is one pipe").WithParameterName("destination");
        pipe.BytesAvailable.Should().Be(5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copy_FromADerivedFileStream_AsAFile(bool isAsync)
    {
        using OwnFileStream source = new(NewPath());
        source.Write("hello"u8);
        source.Position = 1;
        using SafeFileHandle destination = FileOf([]);
        Copy(isAsync, source, destination).BytesCopied.Should().Be(4, "who converts it says what it is");
        source.Position.Should().Be(5);
    }

    private sealed class OwnFileStream(string path) : FileStream(path, FileMode.CreateNew);
}
