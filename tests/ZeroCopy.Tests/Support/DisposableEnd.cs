using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Support;

/// <summary>One end of a copy with the object that its owner would dispose, and the stream of whoever is behind it.</summary>
internal sealed class DisposableEnd : IDisposable
{
    public const string FileStream = "file stream";

    private static readonly byte[] _block = Bytes.Random(64 * 1024);

    private readonly IDisposable? _kept;

    public DisposableEnd(string kind, TransferSide side, string path)
    {
        bool isSource = side == TransferSide.Source;
        switch (kind)
        {
            case "pipe":
                Pipe pipe = new();
                SafeFileHandle handle = isSource ? pipe.ReadHandle : pipe.WriteHandle;
                (Endpoint, Owner, _kept) = (handle, handle, pipe);
                Peer = new FileStream(isSource ? pipe.WriteHandle : pipe.ReadHandle, isSource ? FileAccess.Write : FileAccess.Read, bufferSize: 0);
                break;

            case FileStream:
                // A source that takes longer than any test.
                FileStream file = new(path, FileMode.CreateNew, FileAccess.ReadWrite);
                file.SetLength(isSource ? 1L << 40 : 0);
                (Endpoint, Owner) = (file, file);
                break;

            default:
                SocketPair sockets = kind == "unix socket" ? SocketPair.Unix(path) : SocketPair.Tcp();
                NetworkStream stream = new(sockets.Near, ownsSocket: true);
                (Endpoint, Owner) = kind switch
                {
                    "network stream" => (stream, stream),
                    "socket handle" => (sockets.Near.SafeHandle, sockets.Near),
                    _ => ((TransferEndpoint)sockets.Near, (IDisposable)sockets.Near),
                };
                (Peer, _kept) = (new NetworkStream(sockets.Far, ownsSocket: true), sockets);
                break;
        }
    }

    /// <summary>All kinds.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["socket", "network stream", "unix socket", "socket handle", "pipe", FileStream];

    public TransferEndpoint Endpoint { get; }

    public IDisposable Owner { get; }

    /// <summary>Where the bytes of a source come from, and those of a destination go; not of a file.</summary>
    public Stream? Peer { get; }

    /// <summary>Lets a destination hold not much more than so many bytes.</summary>
    public void Narrow(int bytes)
    {
        switch (_kept)
        {
            case Pipe pipe:
                pipe.Capacity = bytes;
                break;
            case SocketPair sockets:
                sockets.Near.SendBufferSize = bytes;
                break;
        }
    }

    /// <summary>Gives a destination as much as it takes while nobody reads.</summary>
    /// <returns>How much that was.</returns>
    public int Fill()
    {
        if (_kept is Pipe pipe)
        {
            pipe.Full();
            return pipe.BytesAvailable;
        }

        Narrow(1);
        return ((SocketPair)_kept!).Near.Fill();
    }

    /// <summary>Writes without an end, as far as the other side lets it.</summary>
    public void Feed()
    {
        UntilItBreaks(() => Peer?.Write(_block), isOver: () => Peer is null);
    }

    /// <summary>What a copy from here has read and not delivered has to be what was written there, of which there may be more than fits into memory.</summary>
    public void MustAccountFor(long read, long written, ReadOnlyMemory<byte> undelivered)
    {
        (written + undelivered.Length).Should().Be(read);
        byte[] expected = new byte[undelivered.Length];
        for (int i = 0; i < expected.Length && Peer is not null; i++)
        {
            expected[i] = _block[(written + i) % _block.Length];
        }

        undelivered.ToArray().MustBe(expected, "these are the bytes behind the last delivered one");
    }

    /// <summary>Reads until there is no more.</summary>
    public void Drain()
    {
        byte[] bytes = new byte[64 * 1024];
        int count = 0;
        UntilItBreaks(() => count = Peer?.Read(bytes) ?? 0, isOver: () => count == 0);
    }

    /// <summary>The peer has to see what an ordinary Dispose does: what was delivered arrives, and then comes the end.</summary>
    public void MustBeOver(TransferSide side, int delivered)
    {
        if (Peer is { CanRead: true })
        {
            using MemoryStream all = new();
            Peer.CopyTo(all);
            all.Length.Should().Be(side == TransferSide.Destination ? delivered : 0);
        }
        else
        {
            Peer?.Invoking(peer => peer.WriteByte(1)).Should().Throw<IOException>();
        }
    }

    public void Dispose()
    {
        Owner.Dispose();
        Peer?.Dispose();
        _kept?.Dispose();
    }

    private static void UntilItBreaks(Action step, Func<bool> isOver)
    {
        try
        {
            do
            {
                step();
            }
            while (!isOver());
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The other side has gone.
        }
    }
}
