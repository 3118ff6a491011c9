namespace ZeroCopy.Tests.Models;

/// <summary>
/// What goes one way: bytes that each tell their place, and how far they have come. From the first one on they were received, or are behind the
/// transfer; the next are in it or were handed back by it; and the rest is before it.
/// </summary>
/// <param name="start">The place of its first byte, by which it differs from other streams.</param>
internal sealed class StreamModel(long start)
{
    /// <summary>Up to which byte the transfer may take them.</summary>
    public long Limit { get; set; } = long.MaxValue;

    public long Sent { get; private set; }

    /// <summary>What transfers that are over have taken, those of a prefix included.</summary>
    public long Read { get; private set; }

    /// <summary>What they have delivered.</summary>
    public long Written { get; private set; }

    public long Received { get; private set; }

    /// <summary>What the last one has handed back.</summary>
    public ReadOnlyMemory<byte> Undelivered { get; private set; }

    /// <summary>Bytes that the transfer is given before it is started.</summary>
    public void Give(int count)
    {
        Undelivered = Next(count);
        Sent = Read = count;
    }

    public byte[] Next(int count) => PlacedBytes.Of(count, start + Sent);

    public void NoteSent(int count) => Sent += count;

    public void MustBeNext(ReadOnlySpan<byte> received)
    {
        received.MustBePlaced(start + Received);
        Received += received.Length;
        Received.Should().BeLessThanOrEqualTo(Sent);
    }

    /// <summary>Takes what a transfer says when it is over, all of which has to be true.</summary>
    public void Account(long read, long written, ReadOnlyMemory<byte> undelivered)
    {
        Read += read;
        Written += written;
        Undelivered = undelivered;
        Read.Should().Be(Written + undelivered.Length, "what was read is either delivered or handed back");
        Read.Should().BeLessThanOrEqualTo(Math.Min(Sent, Limit));
        Received.Should().BeLessThanOrEqualTo(Written);
        undelivered.Span.MustBePlaced(start + Written);
    }

    /// <summary>What was not taken from the source has to be there, and be what comes next.</summary>
    public void MustBeLeft(ReadOnlySpan<byte> left)
    {
        left.MustBePlaced(start + Read);
        left.Length.Should().Be((int)(Sent - Read));
    }
}
