namespace ZeroCopy.Tests.Transfers;

/// <summary>Every kind of source to every kind of destination, both ways of calling, with chunks of random length on both sides.</summary>
public sealed class CopyMatrixTests : TransferTest
{
    private static readonly int _page = Environment.SystemPageSize;
    private static readonly long[] _sizes = [0, 1, _page - 1, _page, _page + 1, (64 << 10) + 1, 2 << 20];

    public static TheoryData<EndKind, EndKind, bool> Pairs()
    {
        TheoryData<EndKind, EndKind, bool> pairs = [];
        foreach (EndKind source in Enum.GetValues<EndKind>())
        {
            foreach (EndKind destination in Enum.GetValues<EndKind>())
            {
                pairs.Add(source, destination, p3: false);
                pairs.Add(source, destination, p3: true);
            }
        }

        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Copy_AnyToAny_SameBytes(EndKind source, EndKind destination, bool isAsync)
    {
        foreach (long size in _sizes)
        {
            MustArrive(source, destination, isAsync, size);
        }
    }

    [SkippableFact]
    public void Copy_OneGibibyte_SameBytes()
    {
        Skip.IfNot(Shell.IsContinuousIntegration, "takes long: set CI=true");
        MustArrive(EndKind.Tcp, EndKind.Unix, isAsync: true, 1L << 30);
    }

    private void MustArrive(EndKind sourceKind, EndKind destinationKind, bool isAsync, long size)
    {
        int seed = Random.Shared.Next();
        string because = $"of {size} bytes each has to arrive (seed {seed})";
        Content content = new(size, seed, isZero: sourceKind == EndKind.Device);
        using CopyDestination destination = new(destinationKind, NewPath());
        using CopySource source = new(sourceKind, NewPath(), content);
        Task<bool> feeding = OnItsOwnThread(source.Feed);
        Task<Digest> collecting = OnItsOwnThread(() => destination.Collect(seed));
        CopyOptions options = new() { Length = source.Length, SourceOffset = source.Offset, DestinationOffset = destination.Offset };
        Copy(isAsync, source.Endpoint, destination.Endpoint, options).BytesCopied.Should().Be(size, because);
        destination.End();
        InTime(() => feeding.Result).Should().BeTrue();
        Digest arrived = InTime(() => collecting.Result);
        if (destination.Keeps)
        {
            arrived.Should().Be(content.Digest, because);
        }
    }
}
