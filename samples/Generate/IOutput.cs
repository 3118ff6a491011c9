using ZeroCopy;

namespace GenerateSample;

/// <summary>Where blocks go.</summary>
internal interface IOutput : IDisposable
{
    /// <summary>How many bytes went there in their pages.</summary>
    long BytesMapped { get; }

    /// <summary>How many bytes were copied there.</summary>
    long BytesCopied { get; }

    /// <summary>Why any were copied.</summary>
    string ReasonToCopy { get; }

    /// <summary>Memory to write the next block to.</summary>
    Span<byte> GetBlock(int length);

    /// <summary>Sends the block, and waits until all of it is taken.</summary>
    /// <exception cref="ErrnoException">It is not taken, or only in part.</exception>
    void Send(int length);
}
