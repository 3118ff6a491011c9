namespace ZeroCopy;

/// <summary>How a transfer ended, for who counts them.</summary>
internal enum TransferOutcome
{
    Completed,
    Failed,
    Cancelled,

    /// <summary>A relay was silent for as long as it may be, or did not end in time.</summary>
    TimedOut,
}
