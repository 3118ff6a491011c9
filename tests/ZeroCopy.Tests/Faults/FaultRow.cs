namespace ZeroCopy.Tests.Faults;

/// <summary>The error numbers that a call can give, by what has to come of them.</summary>
internal sealed record FaultRow
{
    /// <summary>Whether it moves bytes, of which it may move fewer than it was asked for.</summary>
    public bool Moves { get; init; }

    public Errno[] GoesOn { get; init; } = [];

    public Errno[] FallsBack { get; init; } = [];

    public Errno[] Fails { get; init; } = [];

    public Errno[] Either { get; init; } = [];

    /// <summary>So many of each kind at most, and that fewer bytes are moved.</summary>
    public IEnumerable<Errno> Errnos(int most) =>
        [.. Moves ? [Errno.None] : Array.Empty<Errno>(), .. GoesOn.Take(most), .. FallsBack.Take(most), .. Fails.Take(most), .. Either.Take(most)];

    public FaultOutcome OutcomeOf(Errno errno) =>
        FallsBack.Contains(errno) ? FaultOutcome.FallsBack
        : Fails.Contains(errno) ? FaultOutcome.Fails
        : Either.Contains(errno) ? FaultOutcome.Either
        : FaultOutcome.GoesOn;
}
