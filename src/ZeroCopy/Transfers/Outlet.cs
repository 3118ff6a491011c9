using System.Buffers;

namespace ZeroCopy;

/// <summary>
/// A destination of a pump, and what is on its way there: bytes in a pipe, in memory, or both. Of several, each has a pipe of its own, and is filled again
/// when all are empty.
/// </summary>
internal sealed partial class Outlet(Pump pump, Side side) : Port(pump, side)
{
    /// <summary>What is in memory and still to be delivered: the prefix, or a part of a buffer.</summary>
    private ReadOnlyMemory<byte> _ahead;

    /// <summary>What was taken out of the pipe, where the destination cannot be spliced to.</summary>
    private byte[]? _buffer;

    /// <summary>The bytes in the pipe come after <see cref="_ahead"/>, unless they are the first of it, and stay there until they are delivered.</summary>
    private bool _pipeHasAhead;
    private long _lastMoved;

    /// <summary>Whether it ends the pump with it when it fails; the others are only detached.</summary>
    public bool IsVital { get; init; } = true;

    /// <summary>After how many milliseconds without a byte it counts as failed, while there are some for it; or <see cref="Timeout.Infinite"/>.</summary>
    public long Patience { get; init; } = Timeout.Infinite;

    /// <summary>Counts what is delivered, if not null.</summary>
    public TransferCounters? Counters { get; init; }

    public Pipe? Pipe { get; private set; }

    public long InPipe { get; private set; }

    public bool HasLoad => InPipe > 0 || !_ahead.IsEmpty;

    public bool HasMemory => !_ahead.IsEmpty;

    /// <summary>How many bytes it has taken, with those of the prefix.</summary>
    public long Written { get; private set; }

    /// <summary>How many bytes of the source, a file, were on their way here and cannot be had any more.</summary>
    public long Lost { get; private set; }

    /// <summary>The ways that the bytes of the source took from the pipe on.</summary>
    public TransferPath Path { get; private set; }

    /// <summary>Why a slower one was taken.</summary>
    public Errno Fallback { get; private set; }

    /// <summary>What made it fail.</summary>
    public ErrnoException? Error { get; set; }

    /// <summary>Once it is over: what it was given and did not take.</summary>
    public byte[] Undelivered { get; private set; } = [];

    public override bool ComesBack => false;

    /// <summary>How many milliseconds are left until it is late, while there is something for it: 0 or less if it is.</summary>
    public long MillisecondsLeft => Patience - (Environment.TickCount64 - _lastMoved);

    public bool IsLate => Patience != Timeout.Infinite && HasLoad && MillisecondsLeft <= 0;

    /// <summary>Gives it bytes in memory, which stay there until it has taken them, and no others in its pipe.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="lost">How many more there should be, and cannot be had any more.</param>
    public void Load(ReadOnlyMemory<byte> bytes, long lost = 0)
    {
        _ahead = bytes;
        Lost += lost;
        NoteMove();
    }

    /// <summary>Tells it how many bytes were put into its pipe.</summary>
    public void LoadPipe(long count)
    {
        InPipe = count;
        _pipeHasAhead = false;
        NoteMove();
    }

    /// <summary>Has a pipe where it has none, for a moment or for the next round.</summary>
    public Errno RentPipe()
    {
        if (Pipe is not null)
        {
            return Errno.None;
        }

        Errno errno = Pump.TryRent(out Pipe? pipe);
        Pipe = pipe;
        return errno;
    }

    /// <summary>Gives its empty pipe for that of another one.</summary>
    public void ExchangePipes(Outlet other) => (Pipe, other.Pipe) = (other.Pipe, Pipe);

    public void ReturnPipe(bool isEmpty = true)
    {
        if (Pipe is Pipe pipe)
        {
            Pipe = null;
            PipeSupply.Return(pipe, isEmpty && InPipe == 0 && Lost == 0);
            InPipe = 0;
        }
    }

    /// <summary>Keeps nothing that others could use while it waits.</summary>
    public void Rest()
    {
        if (InPipe == 0)
        {
            ReturnPipe();
        }

        if (_ahead.IsEmpty)
        {
            ReturnBuffer();
        }
    }

    /// <summary>Ends it, with what it did not take put together.</summary>
    public void Stop()
    {
        Undelivered = TakeUndelivered();
        End();
    }

    public void End()
    {
        _ahead = default;
        ReturnPipe();
        ReturnBuffer();
    }

    /// <summary>Takes what is in the pipe, where the copying takes over from it.</summary>
    /// <returns>How many bytes there were; fewer than expected where those of a file are gone.</returns>
    public int TakeAll(Span<byte> bytes)
    {
        int taken = 0;
        while (InPipe > 0)
        {
            if (Interop.Read(Pipe!.ReadHandle, bytes[taken..], null, out long count) != Errno.None || count == 0)
            {
                LoseUnreadable();
                break;
            }

            taken += (int)count;
            InPipe -= count;
        }

        return taken;
    }

    /// <summary>All that is on its way, in its order.</summary>
    private byte[] TakeUndelivered()
    {
        if (_pipeHasAhead)
        {
            return _ahead.ToArray();
        }

        byte[] fromPipe = new byte[InPipe];
        ReadOnlySpan<byte> pipe = fromPipe.AsSpan(0, TakeAll(fromPipe));
        return [.. _ahead.Span, .. pipe];
    }

    private void LoseUnreadable()
    {
        Lost += InPipe;
        InPipe = 0;
    }

    private void CountWritten(long count, TransferPath path)
    {
        if (Written >= Pump.PrefixLength)
        {
            Path |= path;
        }

        Written += count;
        IdleWakeUps = 0;
        NoteMove();
        Counters?.AddWritten(count);
        Pump.NoteWritten(this, count, path);
    }

    private void NoteMove()
    {
        if (Patience != Timeout.Infinite)
        {
            _lastMoved = Environment.TickCount64;
        }
    }

    private Span<byte> Buffer() => _buffer ??= ArrayPool<byte>.Shared.Rent(Pump.BufferSize);

    private void ReturnBuffer()
    {
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
        }
    }
}
