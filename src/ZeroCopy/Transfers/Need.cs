namespace ZeroCopy;

/// <summary>What a pump needs before its next step.</summary>
internal enum Need
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>The source has to become readable.</summary>
    Source,

    /// <summary>The destination has to become writable.</summary>
    Destination,

    /// <summary>A thread that may wait for a disk, now or when it is its turn again.</summary>
    Worker,

    /// <summary>Time: as many bytes were read as may be for now.</summary>
    Pause,

    /// <summary>Nothing any more: it is over.</summary>
    Done,
}
