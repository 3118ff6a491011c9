namespace ZeroCopy.Tests.Faults;

/// <summary>What has to come of a call that fails.</summary>
internal enum FaultOutcome
{
    /// <summary>All is done nevertheless, and in the same way unless the result tells this error number.</summary>
    GoesOn,

    /// <summary>All is done in a slower way, and the result tells this error number.</summary>
    FallsBack,

    /// <summary>It fails with this error number.</summary>
    Fails,

    /// <summary>It fails with this error number, or all is done nevertheless: that depends on what the call was made for.</summary>
    Either,
}
