namespace ZeroCopy.Tests.Models;

/// <summary>A copy from a to b, and those that resume it. What comes from b is for nobody.</summary>
internal sealed class CopyRun : TransferRun
{
    private readonly TransferCounters _counters = new();
    private readonly int _prefix;
    private CopyOptions _options;
    private Task<CopyResult>? _copy;

    public CopyRun(TransferProgram program, Peer a, Peer b)
        : base(a, b)
    {
        _prefix = program.Prefix;
        AToB.Give(program.Prefix);
        AToB.Limit = program.Limit > 0 ? program.Prefix + program.Limit : long.MaxValue;
        BToA.Limit = 0;
        _options = new CopyOptions
        {
            Prefix = AToB.Undelivered,
            Length = program.Limit > 0 ? program.Limit : null,
            PipeCapacity = program.Capacity,
            Counters = _counters,
        };
    }

    protected override bool PassesTheEndOn => false;

    protected override Task Begin(CancellationToken cancellationToken) =>
        _copy = Transfer.CopyAsync(A.Endpoint, B.Endpoint, _options, cancellationToken).AsTask();

    protected override bool Account(bool wasCancelled)
    {
        bool isComplete = false;
        try
        {
            CopyResult result = _copy!.GetAwaiter().GetResult();
            AToB.Account(result.BytesCopied, AToB.Undelivered.Length + result.BytesCopied, default);
            isComplete = IsMoved(A, AToB) || IsAtItsLimit(AToB);
            isComplete.Should().BeTrue("it has succeeded, after {0} of {1} bytes", AToB.Written, AToB.Sent);
        }
        catch (TransferCanceledException e)
        {
            wasCancelled.Should().BeTrue();
            AToB.Account(e.BytesRead, e.BytesWritten, e.Undelivered);
            _options = e.Resume!;
        }
        catch (TransferException e)
        {
            (e.Side == TransferSide.Source ? A : B).Faults(e.Side).Should().Contain(e.Errno, e.ToString());
            AToB.Account(e.BytesRead, e.BytesWritten, e.Undelivered);
            _options = e.Resume;
        }

        _counters.BytesRead.Should().Be(AToB.Read - _prefix);
        _counters.BytesWritten.Should().Be(AToB.Written);
        return isComplete;
    }
}
