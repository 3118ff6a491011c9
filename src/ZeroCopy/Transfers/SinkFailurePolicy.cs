namespace ZeroCopy;

/// <summary>What the failure of one sink means for the others of a fan-out.</summary>
public enum SinkFailurePolicy
{
    /// <summary>Nothing: it is detached and reported, and the others go on.</summary>
    Detach = 0,

    /// <summary>The end: nothing more is read, and each of the others is told what it did not get.</summary>
    Abort,
}
