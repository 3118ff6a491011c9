namespace ZeroCopy;

/// <summary>What the pools do, as <see cref="PipeMeter"/> tells it.</summary>
internal static class PipeMetrics
{
    private static long _rents;
    private static long _returns;
    private static long _created;
    private static long _closedFull;
    private static long _closedDirty;

    static PipeMetrics() => Metrics.Publish(PipeMeter.Create);

    public static long Rents => Volatile.Read(ref _rents);

    public static long Rented => Rents - Volatile.Read(ref _returns);

    public static long Created => Volatile.Read(ref _created);

    public static long ClosedFull => Volatile.Read(ref _closedFull);

    public static long ClosedDirty => Volatile.Read(ref _closedDirty);

    public static void CountRent() => Interlocked.Increment(ref _rents);

    public static void CountReturn() => Interlocked.Increment(ref _returns);

    public static void CountCreated() => Interlocked.Increment(ref _created);

    public static void CountClosed(bool isDirty) => Interlocked.Increment(ref isDirty ? ref _closedDirty : ref _closedFull);
}
