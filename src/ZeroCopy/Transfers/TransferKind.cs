namespace ZeroCopy;

/// <summary>What a transfer was asked for as.</summary>
internal enum TransferKind
{
    Copy,
    FanOut,
    Relay,
}
