using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Faults;

/// <summary>A destination that takes all that there is before anybody reads it.</summary>
internal sealed class FaultSink : IDisposable
{
    private readonly IDisposable _owner;
    private readonly Func<byte[]> _collect;
    private readonly SafeFileHandle? _master;

    public FaultSink(string kind)
    {
        switch (kind)
        {
            case "socket" or "roomy-socket":
                SocketPair sockets = SocketPair.Tcp();
                if (kind == "socket")
                {
                    sockets.Near.SendBufferSize = 400_000;
                }

                (_owner, Endpoint, Descriptor) = (sockets, sockets.Near, (int)sockets.Near.SafeHandle.DangerousGetHandle());
                _collect = () =>
                {
                    sockets.Near.Shutdown(System.Net.Sockets.SocketShutdown.Send);
                    return sockets.Far.ReceiveToEnd();
                };
                break;

            case "pipe":
                Pipe pipe = new(Pipe.MaxCapacity);
                (_owner, Endpoint, Descriptor) = (pipe, pipe.WriteHandle, (int)pipe.WriteHandle.DangerousGetHandle());
                _collect = () =>
                {
                    pipe.WriteHandle.Dispose();
                    return pipe.ReadToEnd();
                };
                break;

            case "terminal":
                (_master, SafeFileHandle terminal) = Native.RawTerminal();
                (_owner, Endpoint, Descriptor) = (terminal, terminal, (int)terminal.DangerousGetHandle());
                _collect = () =>
                {
                    // Of which nobody is left the master has first what was written, and then an error.
                    terminal.Dispose();
                    return ReadToTheError(_master);
                };
                break;

            default:
                SafeFileHandle file = UnnamedFile.Open(kind == "appending" ? Native.O_APPEND : 0);
                Descriptor = (int)file.DangerousGetHandle();
                (_owner, Endpoint) = UnnamedFile.As(kind, file);
                _collect = () =>
                {
                    byte[] content = new byte[RandomAccess.GetLength(file)];
                    RandomAccess.Read(file, content, 0).Should().Be(content.Length);
                    return content;
                };
                break;
        }
    }

    public TransferEndpoint Endpoint { get; }

    public int Descriptor { get; }

    /// <summary>All that has arrived. Once, when nothing more comes.</summary>
    public byte[] Collect() => _collect();

    public void Dispose()
    {
        _owner.Dispose();
        _master?.Dispose();
    }

    private static byte[] ReadToTheError(SafeFileHandle master)
    {
        using MemoryStream all = new();
        byte[] buffer = new byte[4096];
        int count;
        while ((count = Native.Read(master, buffer)) > 0)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }
}
