using System.Net.Sockets;

namespace ZeroCopy.Processes.Tests.Support;

/// <content>Connections that are busy.</content>
public abstract partial class TcpRelayTest
{
    /// <summary>Bytes that go one way until it is enough, and then end.</summary>
    private protected sealed class Flow
    {
        private static readonly byte[] _block = Bytes.Random(100_003);

        private long _received;

        public Flow(Socket from, Socket to, CancellationToken enough)
        {
            AsSent = OnItsOwnThread(() => Digest.Of(Send(from, enough)));
            AsReceived = OnItsOwnThread(() => Digest.Of(Receive(to)));
        }

        public Task<Digest> AsSent { get; }

        public Task<Digest> AsReceived { get; }

        public long Received => Interlocked.Read(ref _received);

        private static IEnumerable<ReadOnlyMemory<byte>> Send(Socket socket, CancellationToken enough)
        {
            Random slicing = new(socket.GetHashCode());
            while (!enough.IsCancellationRequested)
            {
                int start = slicing.Next(_block.Length);
                ReadOnlyMemory<byte> slice = _block.AsMemory(start, slicing.Next(_block.Length - start));
                socket.Send(slice.Span);
                yield return slice;
            }

            socket.Shutdown(SocketShutdown.Send);
        }

        private IEnumerable<ReadOnlyMemory<byte>> Receive(Socket socket)
        {
            socket.ReceiveTimeout = (int)Patience.TotalMilliseconds;
            byte[] buffer = new byte[1 << 17];
            int count;
            while ((count = socket.Receive(buffer)) > 0)
            {
                Interlocked.Add(ref _received, count);
                yield return buffer.AsMemory(0, count);
            }
        }
    }
}
