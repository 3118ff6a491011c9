namespace ZeroCopy.Processes.Tests.Soak;

/// <summary>What may not grow: its median of the last third of the time may not be more than so much above that of the second one.</summary>
internal sealed record Quantity(string Name, Func<Vitals, long> Of, long Margin)
{
    private const int KiB = 1024;

    public static Quantity[] All { get; } =
    [
        new("descriptors", vitals => vitals.Descriptors, 200),

        // The pool adds some where the machine is so busy that its threads hardly get to run.
        new("threads", vitals => vitals.Threads, 20),
        new("resident memory, KiB", vitals => vitals.Resident / KiB, 16 * KiB),
        new("managed memory, KiB", vitals => vitals.Managed / KiB, 8 * KiB),
    ];

    public long Median(IEnumerable<Vitals> samples)
    {
        long[] values = [.. samples.Select(Of).Order()];
        return values[values.Length / 2];
    }
}
