namespace ZeroCopy.Tests.Races;

/// <summary>How a program ends its side of a connection.</summary>
internal enum FeedEnd
{
    Shutdown,
    Close,
    Reset,
}
