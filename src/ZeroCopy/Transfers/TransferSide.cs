namespace ZeroCopy;

/// <summary>One of the two ends of a transfer.</summary>
public enum TransferSide
{
    /// <summary>Where the bytes come from.</summary>
    Source = 1,

    /// <summary>Where the bytes go.</summary>
    Destination = 2,
}
