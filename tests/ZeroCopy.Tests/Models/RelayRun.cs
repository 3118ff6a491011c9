namespace ZeroCopy.Tests.Models;

/// <summary>A relay between a and b, and others that go on where it stopped.</summary>
internal sealed class RelayRun : TransferRun
{
    private readonly TransferProgram _program;
    private readonly TransferCounters _aToB = new();
    private readonly TransferCounters _bToA = new();
    private Task<RelayResult>? _relay;

    public RelayRun(TransferProgram program, Peer a, Peer b)
        : base(a, b)
    {
        _program = program;
        AToB.Give(program.Prefix);
    }

    protected override bool PassesTheEndOn => true;

    protected override Task Begin(CancellationToken cancellationToken)
    {
        long? most = _program.Limit > 0 ? _program.Limit : null;
        AToB.Limit = AToB.Read + most ?? long.MaxValue;
        BToA.Limit = BToA.Read + most ?? long.MaxValue;
        return _relay = Transfer.RelayAsync(A.Endpoint, B.Endpoint, new RelayOptions
        {
            PrefixAToB = AToB.Undelivered,
            PrefixBToA = BToA.Undelivered,
            MaxBytes = most,
            PipeCapacity = _program.Capacity,
            CountersAToB = _aToB,
            CountersBToA = _bToA,
        }, cancellationToken);
    }

    protected override bool Account(bool wasCancelled)
    {
        RelayResult result = Result();
        Account(AToB, A, B, result.AToB);
        Account(BToA, B, A, result.BToA);
        bool isPermitted = result.End switch
        {
            RelayEnd.Canceled => wasCancelled,
            RelayEnd.Completed => IsMoved(A, AToB) && IsMoved(B, BToA),
            RelayEnd.MaxBytes => IsAtItsLimit(AToB) || IsAtItsLimit(BToA),
            RelayEnd.Failed => result.AToB.Error != Errno.None || result.BToA.Error != Errno.None,
            _ => false,
        };
        isPermitted.Should().BeTrue("it has ended as {0}, with {1} and {2}", result.End, result.AToB.Error, result.BToA.Error);
        _aToB.BytesRead.Should().Be(AToB.Read - _program.Prefix);
        _aToB.BytesWritten.Should().Be(AToB.Written);
        _bToA.BytesRead.Should().Be(BToA.Read);
        _bToA.BytesWritten.Should().Be(BToA.Written);
        return result.End == RelayEnd.Completed;
    }

    private RelayResult Result()
    {
        try
        {
            return _relay!.GetAwaiter().GetResult();
        }
        catch (TransferCanceledException e)
        {
            return e.Relay!;
        }
    }

    private static void Account(StreamModel stream, Peer source, Peer target, RelayDirection direction)
    {
        stream.Account(direction.BytesRead, direction.BytesWritten, direction.Undelivered);
        if (direction.Error != Errno.None)
        {
            (direction.Side == TransferSide.Source ? source : target).Faults(direction.Side!.Value).Should().Contain(direction.Error);
        }
    }
}
