using System.Collections.Concurrent;

namespace ZeroCopy.Tests.Readiness;

/// <summary>A window that is closed, or whatever else code wants to go on in, takes nothing more: that is told on a loop, which others need too.</summary>
public sealed class RefusedContinuationTests : KernelTest
{
    [Fact]
    public async Task Wait_ContextOfTheAwaiterRefuses_OthersAreWokenAllTheSame()
    {
        Pipe pipe = NewPipe();
        RefusingContext context = new();
        InTime(() =>
        {
            SynchronizationContext.SetSynchronizationContext(context);
            return ReadableAsync(pipe);
        }).IsCompleted.Should().BeFalse();
        pipe.Write("x");
        SpinWait.SpinUntil(() => !context.Refused.IsEmpty, Patience).Should().BeTrue();
        await FdReadiness.WaitReadableAsync(pipe.ReadHandle).AsTask().WaitAsync(Patience);
        context.Refused.Should().ContainSingle().Which.Should().StartWith("ZeroCopy epoll", "it is about the loop");
    }

    private static async Task ReadableAsync(Pipe pipe) => await FdReadiness.WaitReadableAsync(pipe.ReadHandle);

    private sealed class RefusingContext : SynchronizationContext
    {
        /// <summary>The threads that were refused.</summary>
        public ConcurrentBag<string?> Refused { get; } = [];

        public override void Post(SendOrPostCallback d, object? state)
        {
            Refused.Add(Thread.CurrentThread.Name);
            throw new InvalidOperationException("of the context");
        }
    }
}
