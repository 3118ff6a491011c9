namespace ZeroCopy;

/// <summary>The instrument of the loops.</summary>
internal static class LoopMeter
{
    public static void Create() => LibraryMeter.Instance.CreateObservableCounter(
        "zerocopy.loop.wakeups", () => EpollLoops.WakeUps, "{wakeup}", "How often a thread that waits for descriptors has woken up.");
}
