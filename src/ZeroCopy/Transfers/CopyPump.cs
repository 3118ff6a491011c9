using System.Buffers;
using Microsoft.Extensions.Logging;

namespace ZeroCopy;

/// <summary>
/// A copy under way: fills an empty pipe from the source, drains it into the destination until it is empty, and fills it again. Since only an empty
/// pipe is filled, a fill that moves nothing can only mean that the source has nothing.
/// </summary>
/// <remarks>
/// One thread at a time has it: who runs it. Parking it gives it away, to the loop, the sweep or the cancellation. What waits for its source holds no pipe.
/// </remarks>
internal sealed partial class CopyPump : Waiter
{
    /// <summary>A turn ends after so many bytes: what is many times the cost of a system call, and keeps others waiting for less than a millisecond.</summary>
    private const long ShareOfTurn = 1024 * 1024;

    /// <summary>A turn on a loop where others are in a hurry.</summary>
    private const long SmallShareOfTurn = ShareOfTurn / 4;

    /// <summary>As much as an ordinary pipe holds.</summary>
    private const int BufferSize = 64 * 1024;

    /// <summary>
    /// How often in a row a descriptor may be called ready and be not: another reader may be faster now and then. After that its bytes are copied, and
    /// after as often again it is asked only now and then.
    /// </summary>
    private const int MostIdleWakeUps = 8;

    private readonly Side _source;
    private readonly Side _destination;
    private readonly CopyOptions _options;
    private readonly ProgressReporter? _progress;
    private readonly ILogger? _logger;
    private readonly PipeSupply _pipes;
    private readonly TransferStatistics _statistics = new();

    /// <summary>How many bytes of the source are still to be read, or null for all.</summary>
    private long? _remaining;

    /// <summary>What is in memory and still to be delivered: the prefix, or a part of the buffer.</summary>
    private ReadOnlyMemory<byte> _ahead;
    private byte[]? _buffer;

    /// <summary>The pipe, and how many bytes are in it. They come after <see cref="_ahead"/>, unless they were taken from there.</summary>
    private Pipe? _pipe;
    private long _inPipe;
    private bool _pipeIsFirst;

    /// <summary>Whichever side is read, written or waited for.</summary>
    private Side _atWork;
    private bool _triesCopyRange;
    private bool _hasEnded;
    private bool _sourceIsDry;
    private Need _wokenFor;
    private int _idleWakeUps;
    private long _read;
    private long _written;
    private long _lastMoved = Environment.TickCount64;
    private TransferPath _path;
    private Errno _fallback;

    public CopyPump(Side source, Side destination, long? length, CopyOptions options)
    {
        _source = _atWork = source;
        _destination = destination;
        _lowestDescriptor = (int)Math.Min(source.Handle.DangerousGetHandle(), destination.Handle.DangerousGetHandle());
        _options = options.Clone();
        _remaining = length;
        _ahead = options.Prefix;
        _logger = options.LoggerFactory?.CreateLogger("ZeroCopy.Transfer");
        _progress = options.Progress is null ? null : new ProgressReporter(options.Progress);
        _pipes = new PipeSupply(options.Pool, CapacityOf(options));
        _triesCopyRange = source.Kind == SideKind.File && destination.Kind == SideKind.File;
        if (options.Snapshot && source.Kind == SideKind.File && !_triesCopyRange)
        {
            source.UseCopying();
        }
    }

    /// <summary>How fast it may read, or null for as fast as it goes.</summary>
    public RateLimit? Rate { get; init; }

    /// <summary>Whether a destination that is a socket is shut down for writing once the source has ended and everything is delivered.</summary>
    public bool PassesEndOn { get; init; }

    /// <summary>When bytes were last moved, by <see cref="Environment.TickCount64"/>; in a pause for the sake of the rate, when that ends.</summary>
    public long LastMoved => Volatile.Read(ref _lastMoved);

    /// <summary>How many bytes may be taken from the source now.</summary>
    private long Allowed => Math.Min(_remaining ?? long.MaxValue, Rate?.Available() ?? long.MaxValue);

    /// <summary>Works until there is something to wait for, or the share of a turn is used up.</summary>
    /// <param name="mayBlock">Whether this thread may make calls that wait for a disk.</param>
    private Need Turn(bool mayBlock)
    {
        long end = _read + (_loop?.HasManyInAHurry == true ? SmallShareOfTurn : ShareOfTurn);
        while (true)
        {
            Need need;
            _atWork = _source;
            if (_stopRequested)
            {
                return Stop();
            }

            if (_destinationIsSuspect)
            {
                _destinationIsSuspect = false;
                _wokenFor = Need.Nothing;
                if (Interop.TakeSocketError(_destination.Handle, out Errno fault) == Errno.None && fault != Errno.None)
                {
                    return Fail(_destination, fault, new ErrnoException(fault, "getsockopt"));
                }
            }

            if (_inPipe > 0 || !_ahead.IsEmpty)
            {
                _atWork = _destination;
                need = _destination.WaitsFirst && _wokenFor != Need.Destination ? Need.Destination
                    : _destination.Blocks && !mayBlock ? Need.Worker
                    : Drain();
            }
            else if (_hasEnded || _remaining == 0)
            {
                return Finish();
            }
            else if (_sourceIsDry || (_source.WaitsFirst && _wokenFor != Need.Source))
            {
                _sourceIsDry = false;
                need = Need.Source;
            }
            else if (Rate?.Available() == 0)
            {
                need = Need.Pause;
            }
            else if (_source.Blocks && (!mayBlock || _read >= end))
            {
                need = Need.Worker;
            }
            else
            {
                need = _read >= end ? Need.Source : _triesCopyRange ? CopyRange() : Fill();
            }

            if (need != Need.Nothing)
            {
                return need;
            }
        }
    }

    /// <summary>A file always fills the pipe, and has no more to give to a larger one: more than this only takes longer to send.</summary>
    private int CapacityOf(CopyOptions options) =>
        options.PipeCapacity == 0 && _source.Kind == SideKind.File ? 2 * PipePool.DefaultCapacity : options.PipeCapacity;

    /// <summary>Takes bytes from the source that are to be accounted for.</summary>
    private void Count(long read, TransferPath path)
    {
        _read += read;
        _remaining -= read;
        Rate?.Take(read);
        _path |= path;
        _statistics.Fills++;
        NoteProgress();
        _options.Counters?.AddRead(read);
    }

    private void CountWritten(long written, TransferPath path)
    {
        if (_written >= _options.Prefix.Length)
        {
            _path |= path;
        }

        _written += written;
        NoteProgress();
        _options.Counters?.AddWritten(written);
        _progress?.Report(_written, _isSynchronous);
    }

    private void NoteProgress()
    {
        _idleWakeUps = 0;
        Volatile.Write(ref _lastMoved, Environment.TickCount64);
    }

    private Span<byte> Buffer() => _buffer ??= ArrayPool<byte>.Shared.Rent(BufferSize);

    /// <summary>Whether an error of splice or copy_file_range says that it cannot be used here, and not that something went wrong.</summary>
    private static bool Refuses(Errno errno) => errno is Errno.EINVAL or Errno.ENOSYS or Errno.EOPNOTSUPP or Errno.EPERM;
}
