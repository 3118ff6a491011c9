namespace ZeroCopy.Tests.Transfers;

/// <summary>Many copies at once.</summary>
public sealed class CopyStressTests : CopyTest
{
    private const int Copies = 200;

    [Fact]
    public async Task CopyAsync_ManyAtOnce_AllExactAndNoPipeIsLeftLent()
    {
        using MeterReader pipes = new();
        int seed = Random.Shared.Next();
        Random random = new(seed);
        await Task.WhenAll(Enumerable.Range(0, Copies).Select(i => CopyExactlyAsync(i, random.Next()))).WaitAsync(Patience);
        pipes.Rents.Should().BeGreaterThan(Copies / 2);
        pipes.Rented.Should().Be(0, "seed {0}", seed);
    }

    private async Task CopyExactlyAsync(int number, int seed)
    {
        Random random = new(seed);
        byte[] bytes = new byte[random.Next(1 << random.Next(1, 18))];
        random.NextBytes(bytes);
        string[] kinds = ["socket", "pipe", "unix socket"];
        using DisposableEnd from = new(kinds[random.Next(3)], TransferSide.Source, NewPath());
        using DisposableEnd to = new(kinds[random.Next(3)], TransferSide.Destination, NewPath());
        byte[] arrived = new byte[bytes.Length];
        await Task.Yield();
        Task<CopyResult> copy = Transfer.CopyAsync(from.Endpoint, to.Endpoint).AsTask();
        Task reading = Task.Run(() => to.Peer!.ReadExactlyAsync(arrived).AsTask());
        foreach (byte[] chunk in bytes.Chunk(random.Next(1, 50_000)))
        {
            await from.Peer!.WriteAsync(chunk);
        }

        from.Peer!.Dispose();
        (await copy).BytesCopied.Should().Be(bytes.Length, "copy {0}, seed {1}", number, seed);
        await reading;
        arrived.MustBe(bytes, $"copy {number}, seed {seed}");
    }
}
