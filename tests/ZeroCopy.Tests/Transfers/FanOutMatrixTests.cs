namespace ZeroCopy.Tests.Transfers;

/// <summary>Every kind of source to all kinds of sinks at once, both ways of calling, with chunks of random length at all ends.</summary>
public sealed class FanOutMatrixTests : FanOutTest
{
    private static readonly int _page = Environment.SystemPageSize;
    private static readonly long[] _sizes = [0, 1, _page - 1, _page, _page + 1, 64 << 10, (5 << 20) + 77];

    /// <summary>A fan-out has no offset for its sinks.</summary>
    private static readonly EndKind[] _sinks = [.. Enum.GetValues<EndKind>().Where(kind => kind != EndKind.FileAtOffset)];

    public static TheoryData<EndKind, bool> Sources()
    {
        TheoryData<EndKind, bool> sources = [];
        foreach (EndKind source in Enum.GetValues<EndKind>())
        {
            sources.Add(source, p2: false);
            sources.Add(source, p2: true);
        }

        return sources;
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void FanOut_AnyToAllKinds_SameBytesEverywhere(EndKind source, bool isAsync)
    {
        foreach (long size in _sizes)
        {
            MustArrive(source, _sinks, isAsync, size);
        }
    }

    [Theory]
    [InlineData(EndKind.Tcp, EndKind.Tcp)]
    [InlineData(EndKind.Unix, EndKind.Pipe)]
    [InlineData(EndKind.File, EndKind.Unix)]
    [InlineData(EndKind.Pipe, EndKind.File)]
    public void FanOut_OneTwoOrManySinks_SameBytesEverywhere(EndKind source, EndKind sink)
    {
        foreach (int count in (int[])[1, 2, 33, 64])
        {
            MustArrive(source, [.. Enumerable.Repeat(sink, count)], isAsync: true, size: 700_001);
            MustArrive(source, [.. Enumerable.Repeat(sink, count)], isAsync: false, size: 300_001);
        }
    }

    /// <summary>Each kind is the last one in turn, whose pipe is the one that is filled and has the original bytes.</summary>
    [Fact]
    public void FanOut_AnyKindIsTheLast_SameBytesEverywhere()
    {
        for (int i = 0; i < _sinks.Length; i++)
        {
            EndKind[] sinks = [.. _sinks[i..], .. _sinks[..i]];
            MustArrive(EndKind.Tcp, sinks, isAsync: true, size: 300_001);
            MustArrive(EndKind.File, sinks, isAsync: false, size: 300_001);
        }
    }

    [SkippableFact]
    public void FanOut_OneGibibyte_SameBytesEverywhere()
    {
        Skip.IfNot(Shell.IsContinuousIntegration, "takes long: set CI=true");
        MustArrive(EndKind.Tcp, [EndKind.Unix, EndKind.Tcp, EndKind.Pipe], isAsync: true, 1L << 30);
    }

    private void MustArrive(EndKind sourceKind, EndKind[] kinds, bool isAsync, long size)
    {
        int seed = Random.Shared.Next();
        string because = $"of {size} bytes each has to arrive everywhere (seed {seed})";
        Content content = new(size, seed, isZero: sourceKind == EndKind.Device);
        CopyDestination[] sinks = [.. kinds.Select(kind => Own(new CopyDestination(kind, NewPath())))];
        using CopySource source = new(sourceKind, NewPath(), content);
        Task<bool> feeding = OnItsOwnThread(source.Feed);
        Task<Digest>[] collecting = [.. sinks.Select((sink, i) => OnItsOwnThread(() => sink.Collect(seed + i)))];
        FanOutOptions options = new() { Length = source.Length, SourceOffset = source.Offset };
        FanOutResult result = FanOut(isAsync, source.Endpoint, [.. sinks.Select(sink => sink.Endpoint)], options);
        result.BytesRead.Should().Be(size, because);
        result.SourceError.Should().Be(Errno.None, because);
        Array.ForEach([.. result.Sinks], sink => MustBeWhole(sink, size));
        Array.ForEach(sinks, sink => sink.End());
        InTime(() => feeding.Result).Should().BeTrue();
        for (int i = 0; i < sinks.Length; i++)
        {
            Digest arrived = collecting[i].WaitAsync(Patience).GetAwaiter().GetResult();
            arrived.Should().Be(sinks[i].Keeps ? content.Digest : arrived, because);
            sinks[i].Dispose();
        }
    }
}
