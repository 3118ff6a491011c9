using System.IO.Pipes;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

public sealed class TransferExtensionsTests : CopyTest
{
    private static readonly byte[] _prefix = "0123"u8.ToArray();
    private static readonly byte[] _bytes = Bytes.Random(50_000);

    [Theory]
    [InlineData("socket", TransferPath.Splice)]
    [InlineData("network stream", TransferPath.Splice)]
    [InlineData("file stream", TransferPath.CopyFileRange)]
    [InlineData("pipe stream", TransferPath.Splice)]
    [InlineData("handle", TransferPath.CopyFileRange)]
    public async Task SpliceToAsync_AnySource_CopiesWithTheOptions(string kind, TransferPath path)
    {
        SafeFileHandle destination = FileOf([]);
        CopyOptions options = new() { Prefix = _prefix, Length = 40_000 };
        CopyResult result = await Start(kind, destination, options, CancellationToken.None).WaitAsync(Patience);
        result.BytesCopied.Should().Be(40_000);
        result.Path.Should().HaveFlag(path);
        ContentOf(destination).MustBe([.. _prefix, .. _bytes.AsSpan(0, 40_000)]);
    }

    [Theory]
    [InlineData("socket")]
    [InlineData("network stream")]
    [InlineData("file stream")]
    [InlineData("pipe stream")]
    [InlineData("handle")]
    public async Task SpliceToAsync_TokenIsCancelled_Ends(string kind)
    {
        using CancellationTokenSource cancellation = new();
        await cancellation.CancelAsync();
        await MustBeCanceled(Start(kind, FileOf([]), null, cancellation.Token), cancellation.Token);
    }

    [Fact]
    public void SpliceToAsync_Null_ArgumentNullException()
    {
        TransferEndpoint destination = NewPipe().WriteHandle;
        Action[] calls =
        [
            () => _ = default(Socket)!.SpliceToAsync(destination),
            () => _ = default(NetworkStream)!.SpliceToAsync(destination),
            () => _ = default(FileStream)!.SpliceToAsync(destination),
            () => _ = default(PipeStream)!.SpliceToAsync(destination),
            () => _ = default(SafeFileHandle)!.SpliceToAsync(destination),
        ];
        calls.Should().AllSatisfy(call => call.Should().Throw<ArgumentNullException>().WithParameterName("source"));
    }

    private Task<CopyResult> Start(string kind, TransferEndpoint destination, CopyOptions? options, CancellationToken token)
    {
        SocketPair sockets = NewSockets();
        sockets.Far.Send(_bytes).Should().Be(_bytes.Length);
        switch (kind)
        {
            case "socket":
                return sockets.Near.SpliceToAsync(destination, options, token).AsTask();
            case "network stream":
                return Own(new NetworkStream(sockets.Near)).SpliceToAsync(destination, options, token).AsTask();
            case "file stream":
                return Own(new FileStream(FileOf(_bytes), FileAccess.Read)).SpliceToAsync(destination, options, token).AsTask();
            case "pipe stream":
                AnonymousPipeServerStream pipe = Own(new AnonymousPipeServerStream(PipeDirection.In));
                using (AnonymousPipeClientStream client = new(PipeDirection.Out, pipe.ClientSafePipeHandle))
                {
                    client.Write(_bytes);
                }

                return pipe.SpliceToAsync(destination, options, token).AsTask();
            default:
                return FileOf(_bytes).SpliceToAsync(destination, options, token).AsTask();
        }
    }
}
