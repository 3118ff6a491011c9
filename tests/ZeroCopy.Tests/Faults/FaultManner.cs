namespace ZeroCopy.Tests.Faults;

/// <summary>In which way a call fails.</summary>
internal enum FaultManner
{
    /// <summary>With its error number.</summary>
    Told = 0,

    /// <summary>It moves nothing and returns 0; the error number is what the library makes of that.</summary>
    Silent = -1,

    /// <summary>It does not return until it is lifted, as a disk that is stuck, and is made then.</summary>
    Stuck = -2,
}
