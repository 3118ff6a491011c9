namespace ZeroCopy;

/// <summary>What the transfers of the process do, as <see cref="TransferMeter"/> tells it.</summary>
internal static class TransferMetrics
{
    private static readonly Lock _lock = new();
    private static readonly long[] _active = new long[(int)TransferKind.Relay + 1];
    private static readonly long[] _finished = new long[_active.Length * ((int)TransferOutcome.TimedOut + 1)];

    /// <summary>By the number of the error: more than the kernel has.</summary>
    private static readonly long[] _fallbacks = new long[256];

    /// <summary>The first of the pumps that run: a list of their own, to which one is added without the memory for that.</summary>
    private static Pump? _running;
    private static IoCounts _ofThoseThatAreOver;

    static TransferMetrics() => Metrics.Publish(TransferMeter.Create);

    /// <summary>The bytes of all, those that run included.</summary>
    public static IoCounts Io
    {
        get
        {
            lock (_lock)
            {
                IoCounts all = _ofThoseThatAreOver;
                for (Pump? pump = _running; pump is not null; pump = pump.NextRunning)
                {
                    all.Add(in pump.Io);
                }

                return all;
            }
        }
    }

    /// <summary>How many transfers took a slower way, or a part of them did, by what the better one was refused with.</summary>
    public static IEnumerable<KeyValuePair<Errno, long>> Fallbacks =>
        _fallbacks.Select(static (count, errno) => KeyValuePair.Create((Errno)errno, count)).Where(static fallback => fallback.Value > 0);

    public static long Active(TransferKind kind) => Volatile.Read(ref _active[(int)kind]);

    public static long Finished(TransferKind kind, TransferOutcome outcome) => Volatile.Read(ref FinishedOf(kind, outcome));

    public static void Begin(TransferKind kind) => Interlocked.Increment(ref _active[(int)kind]);

    public static void End(TransferKind kind, TransferOutcome outcome)
    {
        Interlocked.Decrement(ref _active[(int)kind]);
        Interlocked.Increment(ref FinishedOf(kind, outcome));
    }

    /// <summary>Counts a pump's bytes from now on.</summary>
    public static void Add(Pump pump)
    {
        lock (_lock)
        {
            pump.NextRunning = _running;
            if (_running is not null)
            {
                _running.PreviousRunning = pump;
            }

            _running = pump;
            pump.IsCounted = true;
        }
    }

    /// <summary>Keeps the bytes of one that is over, and no more of it.</summary>
    public static void Remove(Pump pump, Errno fallback)
    {
        lock (_lock)
        {
            if (!pump.IsCounted)
            {
                return;
            }

            pump.IsCounted = false;
            _ofThoseThatAreOver.Add(in pump.Io);
            if (pump.NextRunning is not null)
            {
                pump.NextRunning.PreviousRunning = pump.PreviousRunning;
            }

            if (pump.PreviousRunning is not null)
            {
                pump.PreviousRunning.NextRunning = pump.NextRunning;
            }
            else
            {
                _running = pump.NextRunning;
            }

            pump.NextRunning = pump.PreviousRunning = null;
            if (fallback != Errno.None)
            {
                Volatile.Write(ref _fallbacks[(int)fallback], _fallbacks[(int)fallback] + 1);
            }
        }
    }

    private static ref long FinishedOf(TransferKind kind, TransferOutcome outcome) => ref _finished[((int)outcome * _active.Length) + (int)kind];
}
