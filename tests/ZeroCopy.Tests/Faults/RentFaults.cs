namespace ZeroCopy.Tests.Faults;

/// <summary>Pipes that a pool lends, by either face, and that come back; what fails is done once more.</summary>
internal sealed class RentFaults : FaultScenario
{
    public override void Run(Fault? fault)
    {
        using PipePool pool = new(Pipe.MaxCapacity);
        Arm(fault);
        bool hasFailed = false;
        for (int i = 0; i < 2; i++)
        {
            List<Pipe> lent = [Rent(pool, fault, ref hasFailed, throws: true), Rent(pool, fault, ref hasFailed, throws: false)];
            lent.ForEach(pool.Return);
        }

        if (!hasFailed)
        {
            MayComplete(fault, Errno.None);
        }

        if (fault is not null)
        {
            FaultyLibc.Of(fault).Lift();
        }

        Pipe last = pool.Rent();
        last.BytesAvailable.Should().Be(0);
        last.Write("a");
        last.ReadText().Should().Be("a");
        pool.Return(last);
    }

    /// <summary>Where no pipe is to be had, that is what is told.</summary>
    protected override FaultOutcome Expected(Fault fault) => fault.Call == "pipe2" ? FaultOutcome.Fails : base.Expected(fault);

    private Pipe Rent(PipePool pool, Fault? fault, ref bool hasFailed, bool throws)
    {
        try
        {
            Pipe? pipe;
            Errno errno = Errno.None;
            if (throws)
            {
                pipe = pool.Rent();
            }
            else
            {
                errno = pool.TryRent(out pipe);
            }

            if (errno == Errno.None)
            {
                return pipe!;
            }

            pipe.Should().BeNull();
            MayFail(fault, errno);
        }
        catch (ErrnoException e)
        {
            MayFail(fault, e.Errno);
            e.Syscall.Should().Be(fault!.Syscall);
        }

        hasFailed.Should().BeFalse("nothing fails any more");
        hasFailed = true;
        FaultyLibc.Of(fault!).Lift();
        return pool.Rent();
    }
}
