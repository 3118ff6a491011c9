using System.Globalization;
using System.Net;

namespace ZeroCopy.Processes.Tests.Soak;

/// <summary>Clients that live again and again, each in a random manner, which is the same in each run as far as the machine lets it.</summary>
internal sealed class Crowd(EndPoint relay, EchoServer server, int clients)
{
    /// <summary>Of a hundred lives. One that is abandoned or silent lasts a hundred times as long as others.</summary>
    private static readonly (Manner Manner, int Share)[] _shares =
    [
        (Manner.Asks, 36), (Manner.HalfCloses, 36), (Manner.Resets, 13), (Manner.IsReset, 13), (Manner.Abandons, 1), (Manner.IsSilent, 1),
    ];

    private static readonly Manner[] _manners = [.. _shares.SelectMany(share => Enumerable.Repeat(share.Manner, share.Share))];
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly int[] _lives = new int[_shares.Length];
    private int _ids;
    private long _bytes;

    public long BytesEchoed => Volatile.Read(ref _bytes);

    /// <summary>How many lives of a manner are over.</summary>
    public int Of(Manner manner) => Volatile.Read(ref _lives[(int)manner]);

    /// <summary>Lives until it is stopped and all are over, or until one fails.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAll(Enumerable.Range(0, clients).Select(seed => LiveAsync(new Random(seed), over)));
    }

    public async Task LiveOnceAsync(Manner manner, Random random)
    {
        int id = Interlocked.Increment(ref _ids);
        Life life = new(relay, server, id, manner, random);
        try
        {
            await life.LiveAsync().WaitAsync(_patience);
        }
        catch (Exception e)
        {
            string who = string.Create(CultureInfo.InvariantCulture, $"Client {id}, which {manner}, after {life.BytesEchoed} bytes");
            throw new InvalidOperationException($"{who}: {e.Message}", e);
        }

        Interlocked.Increment(ref _lives[(int)manner]);
        Interlocked.Add(ref _bytes, life.BytesEchoed);
    }

    private async Task LiveAsync(Random random, CancellationTokenSource over)
    {
        try
        {
            await Task.Yield();
            while (!over.IsCancellationRequested)
            {
                await LiveOnceAsync(_manners[random.Next(_manners.Length)], random);
            }
        }
        catch
        {
            await over.CancelAsync();
            throw;
        }
    }
}
