namespace ZeroCopy;

/// <summary>Whether an end of a pump is waited for.</summary>
internal enum PortState
{
    /// <summary>It is not.</summary>
    Idle,

    /// <summary>It is to be, before anything else is tried on it.</summary>
    Wanted,

    /// <summary>It is: by a loop, which may complete the wait at any moment.</summary>
    Parked,

    /// <summary>Not for the descriptor, which was called ready in vain too often, or may not be read so fast, but for time to pass.</summary>
    Paused,

    /// <summary>It was, and became ready.</summary>
    Woken,
}
