namespace ZeroCopy;

/// <summary>A <see cref="VmSpliceWriter"/> as a stream.</summary>
internal sealed class VmSpliceStream(VmSpliceWriter writer, bool leaveOpen) : Stream
{
    /// <summary>As much as is worth a call, and still in the processor's cache.</summary>
    private const int FlushThreshold = 256 * 1024;

    private bool _isDisposed;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => !_isDisposed;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        Write(buffer.AsSpan(offset, count));
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            if (Take(ref buffer))
            {
                Flush();
            }
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        while (!buffer.IsEmpty)
        {
            ReadOnlySpan<byte> rest = buffer.Span;
            bool isDue = Take(ref rest);
            buffer = buffer[^rest.Length..];
            if (isDue)
            {
                await FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public override void Flush()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        writer.Flush();
    }

    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return writer.FlushAsync(cancellationToken).AsTask();
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            if (leaveOpen)
            {
                await writer.FlushUnlessGivenUpAsync().ConfigureAwait(false);
            }
            else
            {
                await writer.DisposeAsync().ConfigureAwait(false);
            }
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            if (leaveOpen)
            {
                writer.FlushUnlessGivenUp();
            }
            else
            {
                writer.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    /// <summary>Takes what there is room for before the next flush.</summary>
    /// <returns>Whether that is due.</returns>
    private bool Take(ref ReadOnlySpan<byte> bytes)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Span<byte> room = writer.GetSpan();
        int count = Math.Min(Math.Min(room.Length, bytes.Length), Math.Max(FlushThreshold - writer.UnflushedBytes, 1));
        bytes[..count].CopyTo(room);
        writer.Advance(count);
        bytes = bytes[count..];
        return writer.UnflushedBytes >= FlushThreshold;
    }
}
