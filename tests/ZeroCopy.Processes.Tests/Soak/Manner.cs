namespace ZeroCopy.Processes.Tests.Soak;

/// <summary>How a client behaves.</summary>
internal enum Manner
{
    /// <summary>Has each message answered before it sends the next, and then ends.</summary>
    Asks,

    /// <summary>Sends all of its messages and its end, and takes the answers meanwhile.</summary>
    HalfCloses,

    /// <summary>Resets the connection at a random byte of the answers, while it sends.</summary>
    Resets,

    /// <summary>Has the server reset the connection at a random byte, while it sends.</summary>
    IsReset,

    /// <summary>Stops reading at a random byte of the answers, and leaves the connection as it is.</summary>
    Abandons,

    /// <summary>Connects, and never says anything.</summary>
    IsSilent,
}
