using System.Collections.Concurrent;

namespace ZeroCopy.Tests.Races;

/// <summary>A pool of which several threads rent, and to which they return, at once.</summary>
public sealed class PipePoolRaceTests : KernelTest
{
    private const int Users = 4;

    [Fact]
    public async Task Pool_UsedByManyThreads_EachPipeHasOneUserAndIsClean()
    {
        using PipePool pool = new(maxIdlePipes: Users - 1);
        ConcurrentDictionary<Pipe, int> lent = new();
        ConcurrentDictionary<Pipe, int> all = new();
        await Task.WhenAll(Enumerable.Range(1, Users).Select(user => InBackground(() =>
        {
            Random random = new(user);
            Rounds.Play(_ => Use(pool, (byte)user, random, lent, all));
        }))).WaitAsync(TimeSpan.FromMinutes(3));
        pool.Dispose();
        lent.Should().BeEmpty();
        all.Keys.Should().OnlyContain(pipe => pipe.ReadHandle.IsClosed && pipe.WriteHandle.IsClosed);
    }

    [Fact]
    public void Return_OfOnePipeByTwoAtOnce_OneOfThemIsRefused()
    {
        using Race race = new(2);
        using PipePool pool = new();
        Rounds.Play(_ =>
        {
            Pipe pipe = pool.Rent();
            int returned = 0;
            race.Run(Return, Return);
            returned.Should().Be(1);
            Pipe[] next = [pool.Rent(), pool.Rent()];
            next.Should().OnlyHaveUniqueItems();
            Array.ForEach(next, pool.Return);

            void Return()
            {
                try
                {
                    pool.Return(pipe);
                    Interlocked.Increment(ref returned);
                }
                catch (InvalidOperationException)
                {
                    // The other one was faster.
                }
            }
        });
    }

    [Fact]
    public void Dispose_WhileOthersRentAndReturn_NoPipeStaysOpen()
    {
        using Race race = new(3);
        Rounds.Play(_ =>
        {
            using PipePool pool = new();
            ConcurrentBag<Pipe> pipes = [];
            race.Run(RentAndReturn, RentAndReturn, pool.Dispose);
            pipes.Should().NotContain(pipe => !pipe.ReadHandle.IsClosed || !pipe.WriteHandle.IsClosed);

            void RentAndReturn()
            {
                try
                {
                    for (int i = 0; i < 3; i++)
                    {
                        Pipe pipe = pool.Rent();
                        pipes.Add(pipe);
                        pool.Return(pipe);
                    }
                }
                catch (ObjectDisposedException)
                {
                    // The pool is disposed.
                }
            }
        });
    }

    private static void Use(PipePool pool, byte user, Random random, ConcurrentDictionary<Pipe, int> lent, ConcurrentDictionary<Pipe, int> all)
    {
        Pipe pipe = pool.Rent();
        lent.TryAdd(pipe, user).Should().BeTrue("nobody else has it");
        all.TryAdd(pipe, user);
        pipe.BytesAvailable.Should().Be(0);
        pipe.Write(user, user);
        pipe.Read().Should().Equal(user, user);
        switch (random.Next(10))
        {
            case 0:
                pipe.Write("left");
                break;
            case 1:
                pipe.Capacity = Environment.SystemPageSize;
                break;
            case 2:
                pipe.ReadHandle.Dispose();
                break;
            case 3:
                pool.Trim();
                break;
        }

        lent.TryRemove(pipe, out _);
        pool.Return(pipe);
    }
}
