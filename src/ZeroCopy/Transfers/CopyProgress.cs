namespace ZeroCopy;

/// <summary>How far a copy came that did not come to its end.</summary>
internal sealed record CopyProgress(long BytesRead, long BytesWritten, ReadOnlyMemory<byte> Undelivered, CopyOptions Resume);
