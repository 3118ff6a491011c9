using System.Diagnostics;

namespace ZeroCopy.Tests.Faults;

/// <summary>
/// Something that the library does, from its start to its end. Whatever fails meanwhile, all that is promised has to hold: each byte is delivered, handed back
/// or still in the source, once and in order; the error number and its side are told; and who waits does nothing.
/// </summary>
internal abstract class FaultScenario
{
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(1);

    /// <summary>Calls that are refused throughout, so that the slower ways are taken.</summary>
    public Fault[] Always { get; init; } = [];

    /// <summary>Why a slower way is taken even so.</summary>
    public Errno[] Refusals { get; init; } = [];

    /// <summary>The faults that it is about, where these are others than the table has.</summary>
    public Fault[]? Faults { get; init; }

    /// <summary>Faults that can be met only when it is the first thing that a process does. They leave it as it is.</summary>
    public virtual IEnumerable<Fault> AtFirst => [];

    /// <summary>Generous: it tells stuck from slow.</summary>
    protected static TimeSpan Patience { get; } = TimeSpan.FromSeconds(20);

    /// <summary>Does it once, with a fault or without one, and checks what came of it.</summary>
    public abstract void Run(Fault? fault);

    /// <summary>Whether it can happen. Only the pages of a file may be unreadable when they are in a pipe.</summary>
    public virtual bool CanHappen(Fault fault) => fault.Call != "read:own" || fault.Errno != Errno.EIO;

    protected virtual FaultOutcome Expected(Fault fault) =>
        fault.Manner == FaultManner.Silent ? FaultOutcome.Fails : FaultTable.Rows[fault.Call].OutcomeOf(fault.Errno);

    /// <summary>Starts what may wait, on a thread of its own.</summary>
    protected static Task<T> OnItsOwnThread<T>(Func<T> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Waits until it has come so far, and then makes no call and uses no processor time; or is over.</summary>
    protected static void MustRest(Task task, Func<bool> isFarEnough)
    {
        Until(() => task.IsCompleted || isFarEnough(), "it has all that it needs to come so far");
        Until(() => task.IsCompleted || IsAtRest(), "who waits does nothing");
    }

    /// <summary>The call that failed is told; but of what cannot be waited for, the one that would have had to wait.</summary>
    protected static void MustNameTheCall(Fault fault, ErrnoException failure)
    {
        if (fault is not { Call: "epoll_ctl:ADD", Errno: Errno.EPERM })
        {
            failure.Syscall.Should().Be(fault.Syscall);
        }
    }

    protected static void Until(Func<bool> condition, string because)
    {
        if (!SpinWait.SpinUntil(condition, Patience))
        {
            throw new TimeoutException(because);
        }
    }

    protected void Arm(Fault? fault, params ReadOnlySpan<int> endpoints) => FaultyLibc.Arm(fault is null ? Always : [.. Always, fault], endpoints);

    /// <summary>Whether it may have come to its end, with a fallback for that reason.</summary>
    protected void MayComplete(Fault? fault, Errno fallback)
    {
        Errno[] usual = [Errno.None, .. Refusals, .. Always.Select(refused => refused.Errno)];
        if (fault is null || !FaultyLibc.Of(fault).IsMet)
        {
            fallback.Should().BeOneOf(usual, "nothing else was refused");
            return;
        }

        FaultOutcome expected = Expected(fault);
        expected.Should().NotBe(FaultOutcome.Fails, "it must not be concealed");
        fallback.Should().BeOneOf(
            expected == FaultOutcome.FallsBack && usual.Length == 1 ? [fault.Errno]
            : fault.Errno is Errno.None or Errno.EINTR ? usual
            : [.. usual, fault.Errno],
            "that is what was refused");
    }

    /// <summary>Whether it may have failed so.</summary>
    protected void MayFail(Fault? fault, Errno errno)
    {
        (fault is not null && FaultyLibc.Of(fault).IsMet).Should().BeTrue("nothing failed, but {0} is told", errno);
        Expected(fault!).Should().BeOneOf([FaultOutcome.Fails, FaultOutcome.Either], "{0} can be borne", errno);
        Errno[] told = fault switch
        {
            { Call: "epoll_ctl:ADD", Errno: Errno.EPERM } => [Errno.EAGAIN], // Not ready, and cannot be waited for.
            { Call: "epoll_ctl:MOD", Errno: Errno.ENOENT } => [Errno.ENOENT, Errno.EBADF], // The number may be another descriptor's by now.
            { Call: "read:own" } => [fault.Errno, Errno.ENODATA], // What others were to have too cannot be had.
            _ => [fault!.Errno],
        };
        errno.Should().BeOneOf(told, "that is what has failed");
    }

    /// <summary>Does it, and where it fails once more, without a fault.</summary>
    protected void TwiceAtMost(Fault? fault, ref bool hasFailed, Action action)
    {
        try
        {
            action();
            return;
        }
        catch (ErrnoException e) when (!hasFailed)
        {
            MayFail(fault, e.Errno);
            e.Syscall.Should().Be(fault!.Syscall);
        }
        catch (ArgumentException e) when (!hasFailed)
        {
            MayFail(fault, fault?.Errno ?? Errno.None);
            fault!.Syscall.Should().Be("fcntl", e.Message);
        }

        hasFailed = true;
        FaultyLibc.Of(fault!).Lift();
        action();
    }

    /// <summary>No call in a while, and less processor time than who spins takes; the compiler works at times of its own choice.</summary>
    private static bool IsAtRest()
    {
        long made = FaultyLibc.Made;
        TimeSpan used = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        SpinWait.SpinUntil(static () => false, _look);
        return FaultyLibc.Made == made && Environment.CpuUsage.TotalTime - used < Stopwatch.GetElapsedTime(start) / 2;
    }
}
