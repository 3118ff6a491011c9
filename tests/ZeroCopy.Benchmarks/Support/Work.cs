namespace ZeroCopy.Benchmarks;

/// <summary>How much a comparison does.</summary>
/// <param name="Rounds">How often each subject is measured.</param>
/// <param name="Percent">How much of the usual work a measurement is.</param>
internal sealed record Work(int Rounds, int Percent)
{
    /// <summary>The share of an amount that is to be done.</summary>
    public int Of(int amount) => Math.Max(amount * Percent / 100, 1);
}
