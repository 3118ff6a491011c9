using System.Buffers;
using Microsoft.Extensions.Logging;

namespace ZeroCopy;

/// <summary>
/// A transfer under way, from one source to one destination or to several: fills an empty pipe from the source, drains it into the destination until it is
/// empty, and fills it again. Since only an empty pipe is filled, a fill that moves nothing can only mean that the source has nothing.
/// </summary>
/// <remarks>
/// One thread at a time has it: who wakes it while it sleeps. Who wakes it while somebody has it has that one look once more. What waits for its source holds
/// no pipe.
/// </remarks>
internal sealed partial class Pump
{
    /// <summary>A turn ends after so many bytes: what is many times the cost of a system call, and keeps others waiting for less than a millisecond.</summary>
    public const long ShareOfTurn = 1024 * 1024;

    /// <summary>As much as an ordinary pipe holds.</summary>
    public const int BufferSize = 64 * 1024;

    /// <summary>A turn on a loop where others are in a hurry.</summary>
    private const long SmallShareOfTurn = ShareOfTurn / 4;

    private readonly Side _source;
    private readonly Port _inlet;
    private readonly CopyOptions _options;
    private readonly ProgressReporter? _progress;
    private readonly ILogger? _logger;
    private readonly PipeSupply _pipes;
    private readonly TransferStatistics _statistics = new();
    private Outlet[] _outlets = [];

    /// <summary>Those that have not failed. The last one is the one whose pipe is filled.</summary>
    private Outlet[] _live = [];

    /// <summary>How many bytes of the source are still to be read, or null for all.</summary>
    private long? _remaining;
    private byte[]? _buffer;

    /// <summary>Whichever end is read, written or waited for.</summary>
    private Port _atWork;
    private bool _triesCopyRange;
    private bool _hasEnded;
    private bool _sourceIsDry;
    private long _read;
    private long _lastMoved = Environment.TickCount64;
    private TransferPath _path;
    private Errno _fallback;
    private IoCounts _io;

    public Pump(Side source, long? length, CopyOptions options)
    {
        _source = source;
        _inlet = _atWork = new Port(this, source);
        _options = options.Clone();
        _remaining = length;
        _logger = options.LoggerFactory?.CreateLogger("ZeroCopy.Transfer");
        _progress = options.Progress is null ? null : new ProgressReporter(options.Progress);
        _pipes = new PipeSupply(options.Pool, CapacityOf(options));
    }

    /// <summary>How fast it may read, or null for as fast as it goes.</summary>
    public RateLimit? Rate { get; init; }

    /// <summary>Whether its first destination, if it is a socket, is shut down for writing once the source has ended and everything is delivered.</summary>
    public bool PassesEndOn { get; init; }

    /// <summary>When bytes were last moved, by <see cref="Environment.TickCount64"/>; in a pause for the sake of the rate, now.</summary>
    public long LastMoved => _isHeldBack ? Environment.TickCount64 : Volatile.Read(ref _lastMoved);

    /// <summary>Whether bytes are certain to follow those that are on their way.</summary>
    public bool HasMore => _source.HasMore && _remaining != 0;

    /// <summary>Whether its fills are small: what it moves has somebody waiting for it, most likely.</summary>
    public bool MovesLittle => _pipes.IsLight;

    public bool IsFromFile => _source.Kind == EndpointKind.File;

    public int PrefixLength => _options.Prefix.Length;

    /// <summary>The bytes that it has moved, for who counts those of the process.</summary>
    public ref readonly IoCounts Io => ref _io;

    /// <summary>The pump behind it of those that run, as <see cref="TransferMetrics"/> keeps them.</summary>
    public Pump? NextRunning { get; set; }

    public Pump? PreviousRunning { get; set; }

    /// <summary>Whether it is one of those that run.</summary>
    public bool IsCounted { get; set; }

    /// <summary>Whether small messages are read and sent.</summary>
    private bool IsBetweenSockets => _source.IsSocket && Array.TrueForAll(_live, static outlet => outlet.Side.IsSocket);

    /// <summary>How many bytes may be taken from the source now.</summary>
    private long Allowed => Math.Min(_remaining ?? long.MaxValue, Rate?.Available() ?? long.MaxValue);

    /// <summary>Whether an error of a call says that it cannot be used here, and not that something went wrong.</summary>
    public static bool Refuses(Errno errno) => errno is Errno.EINVAL or Errno.ENOSYS or Errno.EOPNOTSUPP or Errno.EPERM;

    /// <summary>Gives it its destinations, once.</summary>
    public void Connect(params Outlet[] outlets)
    {
        _outlets = _live = outlets;
        _lowestDescriptor = (int)Math.Min(_source.Handle.DangerousGetHandle(), outlets[0].Side.Handle.DangerousGetHandle());
        _triesCopyRange = outlets.Length == 1 && IsFromFile && outlets[0].Side.Kind == EndpointKind.File;
        if (_options.Snapshot && IsFromFile && !_triesCopyRange)
        {
            _source.UseCopying();
        }

        Array.ForEach(outlets, outlet => outlet.Load(_options.Prefix));
    }

    /// <summary>Takes account of what a destination has taken.</summary>
    public void NoteWritten(Outlet outlet, long count, TransferPath path)
    {
        _io.AddWritten(count, path);
        Volatile.Write(ref _lastMoved, Environment.TickCount64);
        _progress?.Report(outlet.Written, _isSynchronous);
    }

    public Errno TryRent(out Pipe? pipe) => _pipes.TryRent(_loop?.HasManyInAHurry == true, _live.Length, out pipe);

    /// <summary>Works until there is something to wait for, or the share of a turn is used up.</summary>
    /// <param name="mayBlock">Whether this thread may make calls that wait for a disk.</param>
    private Need Turn(bool mayBlock)
    {
        long end = _read + ((_loop?.HasManyInAHurry == true ? SmallShareOfTurn : ShareOfTurn) / _live.Length);
        while (true)
        {
            if (_stopRequested)
            {
                return Stop();
            }

            Need need = Drain(mayBlock, out bool isEmpty);
            if (isEmpty)
            {
                _atWork = _inlet;
                need = _hasEnded || _remaining == 0 ? Finish() : Take(mayBlock, _read >= end);
            }

            if (need != Need.Nothing)
            {
                return need;
            }
        }
    }

    /// <summary>Has each destination move some of what it has.</summary>
    /// <returns>What is needed, once none of them can go on without.</returns>
    private Need Drain(bool mayBlock, out bool isEmpty)
    {
        isEmpty = true;
        bool goesOn = false;
        Outlet? forWorker = null;
        foreach (Outlet outlet in _live)
        {
            if (!outlet.HasLoad)
            {
                continue;
            }

            isEmpty = false;
            _atWork = outlet;
            switch (outlet.Step(mayBlock))
            {
                case Need.Done:
                    return Need.Done;
                case Need.Nothing:
                    goesOn = true;
                    break;
                case Need.Worker:
                    forWorker = outlet;
                    break;
            }
        }

        _atWork = forWorker ?? _atWork;
        return goesOn ? Need.Nothing : forWorker is null ? Need.Destination : Need.Worker;
    }

    /// <summary>Takes bytes from the source, unless it has to wait for that.</summary>
    private Need Take(bool mayBlock, bool isEndOfTurn)
    {
        if (_inlet.IsWaiting)
        {
            return Need.Source;
        }

        if (_sourceIsDry || (_source.WaitsFirst && !_inlet.IsWoken))
        {
            _sourceIsDry = false;
            return Need.Source;
        }

        if (Rate?.Available() == 0)
        {
            return Need.Pause;
        }

        if (_source.Blocks && (!mayBlock || isEndOfTurn))
        {
            return Need.Worker;
        }

        return isEndOfTurn && MayWait() ? Need.Source : _triesCopyRange ? CopyRange() : Fill();
    }

    /// <summary>Whether a wait for the source is sure to end. What does not tell its end must not be waited for while it is empty.</summary>
    private bool MayWait() => _source.TellsTheEnd || _source.IsReady(Interop.POLLIN, timeout: 0);

    /// <summary>A file always fills the pipe, and has no more to give to a larger one: more than this only takes longer to send.</summary>
    private int CapacityOf(CopyOptions options) =>
        options.PipeCapacity == 0 && IsFromFile ? 2 * PipePool.DefaultCapacity : options.PipeCapacity;

    /// <summary>Takes account of bytes taken from the source.</summary>
    private void CountRead(long read, TransferPath path)
    {
        _read += read;
        _remaining -= read;
        Rate?.Take(read);
        _path |= path;
        _io.AddRead(read, path);
        _statistics.Fills++;
        _inlet.IdleWakeUps = 0;
        Volatile.Write(ref _lastMoved, Environment.TickCount64);
        _options.Counters?.AddRead(read);
    }

    private Span<byte> Buffer() => _buffer ??= ArrayPool<byte>.Shared.Rent(BufferSize);

    private void ReturnBuffer()
    {
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
        }
    }
}
