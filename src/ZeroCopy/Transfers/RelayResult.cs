namespace ZeroCopy;

/// <summary>What became of a relay.</summary>
/// <remarks>Immutable, and safe to share between threads.</remarks>
public sealed class RelayResult
{
    internal RelayResult(RelayEnd end, RelayDirection aToB, RelayDirection bToA)
    {
        End = end;
        AToB = aToB;
        BToA = bToA;
    }

    /// <summary>Why it ended.</summary>
    public RelayEnd End { get; }

    /// <summary>What was read from a and written to b.</summary>
    public RelayDirection AToB { get; }

    /// <summary>What was read from b and written to a.</summary>
    public RelayDirection BToA { get; }

    /// <summary>The bytes written to b.</summary>
    public long BytesAToB => AToB.BytesWritten;

    /// <summary>The bytes written to a.</summary>
    public long BytesBToA => BToA.BytesWritten;
}
