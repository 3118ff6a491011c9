namespace ZeroCopy;

/// <summary>Why a relay ended: whatever came first. 0 where it was cancelled.</summary>
public enum RelayEnd
{
    /// <summary>Both sides came to their end, and all that they sent was delivered.</summary>
    Completed = 1,

    /// <summary>A side broke: <see cref="RelayDirection.Error"/> and <see cref="RelayDirection.Side"/> say what happened where.</summary>
    Failed,

    /// <summary>In neither direction was a byte moved for <see cref="RelayOptions.IdleTimeout"/>.</summary>
    IdleTimeout,

    /// <summary>One direction was over, and the other one was not <see cref="RelayOptions.DrainTimeout"/> later.</summary>
    DrainTimeout,

    /// <summary>A direction delivered <see cref="RelayOptions.MaxBytes"/>.</summary>
    MaxBytes,
}
