using System.Diagnostics.CodeAnalysis;

namespace ZeroCopy;

/// <summary>
/// Publishes the library's instruments. All are observable: what they tell is counted where it happens and read by who listens, since the listeners of other
/// instruments are called by who counts, which may be a loop, whose thread is not theirs.
/// </summary>
internal static class Metrics
{
    /// <summary>False where a program has set MetricsSupport to false. To set up what nothing can listen to, a meter or spans, takes milliseconds.</summary>
    [FeatureSwitchDefinition("System.Diagnostics.Metrics.Meter.IsSupported")]
    public static bool AreSupported =>
        !AppContext.TryGetSwitch("System.Diagnostics.Metrics.Meter.IsSupported", out bool isSupported) || isSupported;

    [SuppressMessage("Design", "CA1031", Justification = "No descriptor is left to load the assembly of meters from: transfers are more important.")]
    public static void Publish(Action createInstruments)
    {
        try
        {
            if (AreSupported)
            {
                createInstruments();
            }
        }
        catch (Exception)
        {
            // The process goes on without them.
        }
    }
}
