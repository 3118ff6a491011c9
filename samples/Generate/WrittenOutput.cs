using Microsoft.Win32.SafeHandles;
using ZeroCopy;

namespace GenerateSample;

/// <summary>Anything that can be written to. Not by a FileStream: that keeps a position of its own, where shells share one with whoever writes next.</summary>
internal sealed class WrittenOutput(SafeFileHandle output, string reason) : IOutput
{
    private byte[] _block = [];

    public long BytesMapped => 0;

    public long BytesCopied { get; private set; }

    public string ReasonToCopy => reason;

    public Span<byte> GetBlock(int length)
    {
        if (_block.Length < length)
        {
            _block = GC.AllocateUninitializedArray<byte>(length);
        }

        return _block.AsSpan(0, length);
    }

    public void Send(int length)
    {
        for (int sent = 0; sent < length;)
        {
            Errno errno = Libc.Write(output, _block.AsSpan(sent, length - sent), out int written);
            if (errno == Errno.EAGAIN)
            {
                // Somebody who shares it has made it non-blocking.
                FdReadiness.WaitWritableAsync(output).AsTask().GetAwaiter().GetResult();
            }
            else if (errno != Errno.None)
            {
                throw new ErrnoException(errno, "write");
            }

            sent += written;
            BytesCopied += written;
        }
    }

    public void Dispose()
    {
        // Standard output stays open.
    }
}
