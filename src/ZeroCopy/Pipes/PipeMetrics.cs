using System.Diagnostics.CodeAnalysis;

namespace ZeroCopy;

/// <summary>
/// What the pools do. Counted here and read by who listens to <see cref="PipeMeter"/>, since the listeners of other instruments are called by who
/// counts: a loop, whose thread is not theirs.
/// </summary>
internal static class PipeMetrics
{
    private static long _rents;
    private static long _returns;
    private static long _created;
    private static long _closedFull;
    private static long _closedDirty;

    [SuppressMessage("Design", "CA1031", Justification = "No descriptor is left to load the assembly of meters from: pipes are more important.")]
    static PipeMetrics()
    {
        try
        {
            if (MetersAreSupported)
            {
                PipeMeter.Create();
            }
        }
        catch (Exception)
        {
            // The process goes on without a meter.
        }
    }

    /// <summary>False where a program has set MetricsSupport to false. To set up a meter that nothing can listen to takes milliseconds.</summary>
    [FeatureSwitchDefinition("System.Diagnostics.Metrics.Meter.IsSupported")]
    private static bool MetersAreSupported =>
        !AppContext.TryGetSwitch("System.Diagnostics.Metrics.Meter.IsSupported", out bool isSupported) || isSupported;

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
