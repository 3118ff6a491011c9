namespace ZeroCopy.Tests.Faults;

/// <summary>Waits for a pipe: to be read from, several times, and at once by two; to be written to; and in vain.</summary>
internal sealed class WaitFaults : FaultScenario
{
    private static readonly Fault[] _atFirst =
    [
        .. from call in new[] { "epoll_create1", "eventfd", "epoll_ctl:ADD" }
           from errno in FaultTable.Rows[call].Errnos(int.MaxValue)
           where errno is not (Errno.EBADF or Errno.EPERM)
           select new Fault(call, errno, Lasts: true),
    ];

    /// <summary>Where there is nothing to wait with.</summary>
    public override IEnumerable<Fault> AtFirst => _atFirst;

    public override void Run(Fault? fault)
    {
        using Pipe pipe = new();
        Arm(fault, (int)pipe.ReadHandle.DangerousGetHandle(), (int)pipe.WriteHandle.DangerousGetHandle());
        int failures = 0;
        Try(fault, ref failures, WritableAsync(pipe));
        for (int i = 0; i < 3; i++)
        {
            Task one = ReadableAsync(pipe);
            Task other = ReadableAsync(pipe);
            MustRest(one, () => true);
            MustRest(other, () => true);
            pipe.Write("a");
            Try(fault, ref failures, one);
            Try(fault, ref failures, other);
            pipe.ReadText().Should().Be("a");
        }

        using CancellationTokenSource cancellation = new();
        Task inVain = ReadableAsync(pipe, cancellation.Token);
        MustRest(inVain, () => true);
        cancellation.Cancel();
        Try(fault, ref failures, inVain);
        if (failures == 0)
        {
            MayComplete(fault, Errno.None);
        }

        if (fault is not null && !_atFirst.Contains(fault))
        {
            FaultyLibc.Of(fault).Lift();
            Task last = ReadableAsync(pipe);
            pipe.Write("b");
            last.WaitAsync(Patience).GetAwaiter().GetResult();
        }
    }

    private static async Task ReadableAsync(Pipe pipe, CancellationToken cancellationToken = default) =>
        await FdReadiness.WaitReadableAsync(pipe.ReadHandle, cancellationToken);

    private static async Task WritableAsync(Pipe pipe) => await FdReadiness.WaitWritableAsync(pipe.WriteHandle);

    private void Try(Fault? fault, ref int failures, Task wait)
    {
        try
        {
            wait.WaitAsync(Patience).GetAwaiter().GetResult();
            return;
        }
        catch (OperationCanceledException)
        {
            // The one in vain.
            return;
        }
        catch (ErrnoException e)
        {
            MayFail(fault, e.Errno);
            e.Syscall.Should().Be(fault!.Syscall);
        }
        catch (ObjectDisposedException e)
        {
            MayFail(fault, Errno.EBADF);
            e.InnerException.Should().BeOfType<ErrnoException>().Which.Errno.Should().Be(Errno.EBADF);
        }

        failures++;
        (failures == 1 || fault!.Lasts).Should().BeTrue("nothing fails any more");
    }
}
