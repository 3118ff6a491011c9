namespace ZeroCopy.Tests.Pipes;

public sealed class PipePoolTests : KernelTest
{
    private static readonly int _page = Environment.SystemPageSize;

    [Fact]
    public void Rent_FirstTime_EmptyNonBlockingCloseOnExec()
    {
        using PipePool pool = new();
        Pipe pipe = pool.Rent();
        pipe.BytesAvailable.Should().Be(0);
        Native.StatusFlags(pipe.ReadHandle).Should().Be(Native.O_RDONLY | Native.O_NONBLOCK);
        Native.StatusFlags(pipe.WriteHandle).Should().Be(Native.O_WRONLY | Native.O_NONBLOCK);
        Native.DescriptorFlags(pipe.ReadHandle).Should().Be(1);
        pool.Return(pipe);
    }

    [Fact]
    public void Return_AsItWasLent_IsLentAgain()
    {
        using PipePool pool = new();
        Pipe pipe = pool.Rent();
        pipe.Write("used");
        pipe.Read();
        pool.Return(pipe);
        Pipe again = pool.Rent();
        again.Should().BeSameAs(pipe);
        pool.Return(again);
    }

    [Fact]
    public void Trim_IdleAndLentPipes_ClosesTheIdleOnes()
    {
        using PipePool pool = new();
        Pipe idle = pool.Rent();
        Pipe lent = pool.Rent();
        pool.Return(idle);
        pool.Trim();
        idle.ReadHandle.IsClosed.Should().BeTrue();
        pool.Return(lent);
        lent.ReadHandle.IsClosed.Should().BeFalse();
        pool.Rent().Should().BeSameAs(lent);
        pool.Return(lent);
    }

    [Theory]
    [InlineData("bytes left")]
    [InlineData("another capacity")]
    [InlineData("blocking")]
    [InlineData("one end closed")]
    [InlineData("disposed")]
    public void Return_NotAsItWasLent_IsClosed(string change)
    {
        using PipePool pool = new();
        Pipe pipe = pool.Rent();
        switch (change)
        {
            case "bytes left":
                pipe.Write("left");
                break;
            case "another capacity":
                pipe.Capacity = 2 * _page;
                break;
            case "blocking":
                Native.SetStatusFlags(pipe.WriteHandle, 0);
                break;
            case "one end closed":
                pipe.WriteHandle.Dispose();
                break;
            default:
                pipe.Dispose();
                break;
        }

        pool.Return(pipe);
        pipe.ReadHandle.IsClosed.Should().BeTrue();
        pipe.WriteHandle.IsClosed.Should().BeTrue();
        Pipe next = pool.Rent();
        next.Should().NotBeSameAs(pipe);
        next.BytesAvailable.Should().Be(0);
        pool.Return(next);
    }

    [Fact]
    public void Return_NotLentByThisPool_InvalidOperationExceptionAndNothingHappens()
    {
        using PipePool pool = new();
        using PipePool other = new();
        Pipe own = NewPipe();
        Pipe lent = pool.Rent();
        FluentActions.Invoking(() => pool.Return(own)).Should().Throw<InvalidOperationException>();
        FluentActions.Invoking(() => other.Return(lent)).Should().Throw<InvalidOperationException>();
        pool.Return(lent);
        FluentActions.Invoking(() => pool.Return(lent)).Should().Throw<InvalidOperationException>();
        FluentActions.Invoking(() => pool.Return(null!)).Should().Throw<ArgumentNullException>().WithParameterName("pipe");
        own.ReadHandle.IsClosed.Should().BeFalse();
        lent.ReadHandle.IsClosed.Should().BeFalse();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rent_IdlePipeThatSomebodyDisposed_Another(bool disposesReadHandle)
    {
        using PipePool pool = new();
        Pipe pipe = pool.Rent();
        pool.Return(pipe);
        (disposesReadHandle ? pipe.ReadHandle : pipe.WriteHandle).Dispose();
        Pipe next = pool.Rent();
        next.Should().NotBeSameAs(pipe);
        pipe.ReadHandle.IsClosed.Should().BeTrue();
        pool.Return(next);
    }

    [Fact]
    public void Return_TwiceAtOnce_OneOfThemThrows()
    {
        using PipePool pool = new();
        for (int i = 0; i < 500; i++)
        {
            Pipe pipe = pool.Rent();
            int refused = 0;
            Parallel.For(0, 2, _ =>
            {
                try
                {
                    pool.Return(pipe);
                }
                catch (InvalidOperationException)
                {
                    Interlocked.Increment(ref refused);
                }
            });
            refused.Should().Be(1);
        }
    }

    [Theory]
    [InlineData(2, 1000, 2)]
    [InlineData(100, 3, 3)]
    [InlineData(0, 1000, 0)]
    [InlineData(100, 0, 0)]
    public void Return_MoreThanIsKept_TheOthersAreClosed(int maxIdlePipes, int maxIdlePages, int kept)
    {
        using PipePool pool = new(_page, maxIdlePipes, (long)maxIdlePages * _page);
        Pipe[] pipes = [.. Enumerable.Range(0, 5).Select(_ => pool.Rent())];
        pipes.Should().OnlyContain(pipe => pipe.Capacity == _page);
        Array.ForEach(pipes, pool.Return);
        pipes.Count(pipe => !pipe.ReadHandle.IsClosed).Should().Be(kept);
    }

    [Fact]
    public void Rent_ManyThreads_NoPipeIsLentTwice()
    {
        using PipePool pool = new(maxIdlePipes: 4);
        Parallel.For(0, 20_000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            byte[] mine = BitConverter.GetBytes(i);
            Pipe pipe = pool.Rent();
            pipe.Write(mine);
            pipe.Read(100).Should().Equal(mine);
            pool.Return(pipe);
        });
    }

    [Fact]
    public void Dispose_WithPipesIdleAndLent_ClosesBoth()
    {
        PipePool pool = new();
        Pipe lent = pool.Rent();
        Pipe idle = pool.Rent();
        pool.Return(idle);
        pool.Dispose();
        pool.Dispose();
        idle.ReadHandle.IsClosed.Should().BeTrue();
        lent.ReadHandle.IsClosed.Should().BeFalse();
        pool.Return(lent);
        lent.ReadHandle.IsClosed.Should().BeTrue();
        FluentActions.Invoking(pool.Rent).Should().Throw<ObjectDisposedException>();
        FluentActions.Invoking(() => pool.TryRent(out _)).Should().Throw<ObjectDisposedException>();
        FluentActions.Invoking(PipePool.Shared.Dispose).Should().Throw<InvalidOperationException>();
    }

    [Theory]
    [InlineData(-1, 0, 0, "capacity")]
    [InlineData(0, -1, 0, "maxIdlePipes")]
    [InlineData(0, 0, -1, "maxIdleBytes")]
    public void Constructor_NegativeArgument_ArgumentOutOfRangeException(int capacity, int maxIdlePipes, long maxIdleBytes, string name) =>
        FluentActions.Invoking(() => new PipePool(capacity, maxIdlePipes, maxIdleBytes)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName(name);

    [Fact]
    public void Rent_NoDescriptorLeft_Emfile()
    {
        Finished child = Child.RunAfter("ulimit -n 300", "pool", "1000");
        child.Text.Should().Match("ready\n* lent, then EMFILE\nafter a return: None\n");
    }

    /// <summary>The metrics of pools are set up with the first pipe, for which the runtime may have to open an assembly.</summary>
    [Fact]
    public void Rent_DescriptorsForOnePipeAndNothingElse_IsLent() =>
        Child.RunAfter("ulimit -n 300", "rent-with-two-descriptors").Text.Should().Be("ready\nlent\nTrue\n");

    [SkippableFact]
    public void Rent_UserPastTheSoftLimit_SmallPipesThatGrowWhenTheyMay()
    {
        Skip.If(File.ReadAllText("/proc/sys/fs/pipe-user-pages-soft").Trim() == "0", "there is no soft limit");
        Finished child = Child.RunUnder(Child.Unprivileged, "small-pool");
        child.Text.Should().Be("ready\n2 slots past the limit\n16 slots when it is over\n");
    }

    [Fact]
    public void Metrics_Listening_CountRentsOpeningsAndClosings()
    {
        using MeterReader meter = new();
        using PipePool pool = new(maxIdlePipes: 0);
        Pipe clean = pool.Rent();
        Pipe dirty = pool.Rent();
        meter.Rented.Should().Be(2);
        dirty.Write("left");
        pool.Return(dirty);
        pool.Return(clean);
        meter.Changes().Where(change => change.Key.StartsWith("zerocopy.pipe.", StringComparison.Ordinal)).Should().BeEquivalentTo(new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["zerocopy.pipe.created"] = 2,
            ["zerocopy.pipe.rented"] = 0,
            ["zerocopy.pipe.rents"] = 2,
            ["zerocopy.pipe.closed zerocopy.pipe.reason dirty"] = 1,
            ["zerocopy.pipe.closed zerocopy.pipe.reason full"] = 1,
        });
    }
}
