namespace ZeroCopy;

/// <summary>Why a relay ended: whatever came first.</summary>
public enum RelayEnd
{
    /// <summary>It was cancelled, of which a <see cref="TransferCanceledException"/> tells.</summary>
    Canceled,

    /// <summary>Both sides came to their end, and all that they sent was delivered.</summary>
    Completed,

    /// <summary>A side broke: <see cref="RelayDirection.Error"/> and <see cref="RelayDirection.Side"/> say what happened where.</summary>
    Failed,

    /// <summary>In neither direction was a byte moved for <see cref="RelayOptions.IdleTimeout"/>.</summary>
    IdleTimeout,

    /// <summary>One direction was over, and the other one was not <see cref="RelayOptions.DrainTimeout"/> later.</summary>
    DrainTimeout,

    /// <summary>A direction delivered <see cref="RelayOptions.MaxBytes"/>.</summary>
    MaxBytes,
}
