namespace ZeroCopy.Tests.Readiness;

/// <summary>Loops that nobody waits on do not wake up at all, and are there at once when somebody does.</summary>
public sealed class SleepingLoopTests : KernelTest
{
    private const int Pipes = 16;

    private static readonly TimeSpan _while = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Loops_AllWaitsAreOver_NotOneWakesUp()
    {
        await EndInEveryManner();
        MustFallAsleep();
    }

    [Fact]
    public async Task Wait_LoopIsAsleepAndHandleIsDisposed_IsNoticed()
    {
        MustFallAsleep();
        Pipe[] pipes = [.. Enumerable.Range(0, Pipes).Select(_ => NewPipe())];
        Task[] waits = [.. pipes.Select(pipe => FdReadiness.WaitReadableAsync(pipe.ReadHandle).AsTask())];
        Array.ForEach(pipes, pipe => pipe.ReadHandle.Dispose());
        await MustAllThrow<ObjectDisposedException>(waits);
    }

    /// <summary>What it awaits may block, and others wait on that loop too.</summary>
    [Fact]
    public async Task Wait_Completes_ItsAwaiterGoesOnElsewhere()
    {
        Pipe pipe = NewPipe();
        Task<string?> awaiter = ReadAsync(pipe);
        awaiter.IsCompleted.Should().BeFalse();
        pipe.Write("x");
        (await awaiter.WaitAsync(Patience)).Should().NotStartWith("ZeroCopy");
    }

    private static async Task<string?> ReadAsync(Pipe pipe)
    {
        await FdReadiness.WaitReadableAsync(pipe.ReadHandle).ConfigureAwait(false);
        return Thread.CurrentThread.Name;
    }

    private async Task EndInEveryManner()
    {
        Pipe[] pipes = [.. Enumerable.Range(0, Pipes).Select(_ => NewPipe())];
        using CancellationTokenSource cancellation = new();
        Task[] cancelled = [.. pipes.Select(pipe => FdReadiness.WaitReadableAsync(pipe.ReadHandle, cancellation.Token).AsTask())];
        Task[] completed = [.. pipes.Select(pipe => FdReadiness.WaitReadableAsync(pipe.ReadHandle).AsTask())];
        await cancellation.CancelAsync();
        await MustAllThrow<OperationCanceledException>(cancelled);
        Array.ForEach(pipes, pipe => pipe.Write("x"));
        await Task.WhenAll(completed).WaitAsync(Patience);
        Array.ForEach(pipes, pipe => pipe.Read(1));
        Task[] closed = [.. pipes.Select(pipe => FdReadiness.WaitReadableAsync(pipe.ReadHandle).AsTask())];
        Array.ForEach(pipes, pipe => pipe.Dispose());
        await MustAllThrow<ObjectDisposedException>(closed);
    }

    private static async Task MustAllThrow<TException>(Task[] waits)
        where TException : Exception
    {
        foreach (Task wait in waits)
        {
            await FluentActions.Awaiting(() => wait.WaitAsync(Patience)).Should().ThrowAsync<TException>();
        }
    }

    private static void MustFallAsleep()
    {
        using MeterReader meter = new();
        using ManualResetEventSlim never = new();
        long before = -1;
        for (int i = 0; i < 30 && before != meter.WakeUps; i++)
        {
            before = meter.WakeUps;
            never.Wait(_while);
        }

        meter.WakeUps.Should().Be(before, "nobody waits");
    }
}
