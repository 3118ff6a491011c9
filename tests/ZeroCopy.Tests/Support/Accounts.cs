namespace ZeroCopy.Tests.Support;

/// <summary>What every transfer that stops early promises.</summary>
internal static class Accounts
{
    /// <summary>Every byte is either delivered or handed back, and those that are handed back are the right ones.</summary>
    /// <returns>The exception.</returns>
    public static TransferException MustAccountFor(this TransferException stopped, byte[] source, params byte[] prefix)
    {
        MustHold(stopped.BytesRead, stopped.BytesWritten, stopped.Undelivered, source, prefix);
        stopped.Resume.Prefix.Span.SequenceEqual(stopped.Undelivered.Span).Should().BeTrue("it resumes with what was not delivered");
        stopped.HResult.Should().Be((int)stopped.Errno);
        return stopped;
    }

    /// <inheritdoc cref="MustAccountFor(TransferException, byte[], byte[])"/>
    public static TransferCanceledException MustAccountFor(this TransferCanceledException stopped, byte[] source, params byte[] prefix)
    {
        MustHold(stopped.BytesRead, stopped.BytesWritten, stopped.Undelivered, source, prefix);
        stopped.Resume!.Prefix.Span.SequenceEqual(stopped.Undelivered.Span).Should().BeTrue("it resumes with what was not delivered");
        return stopped;
    }

    /// <summary>
    /// What each sink has taken and what is handed back for it are together the bytes from the first one on: all that were read, but for a sink that was
    /// detached before.
    /// </summary>
    /// <returns>The result.</returns>
    public static FanOutResult MustAccountFor(this FanOutResult result, byte[] source, params byte[] prefix)
    {
        byte[] all = [.. prefix, .. source];
        long read = prefix.Length + result.BytesRead;
        foreach (SinkResult sink in result.Sinks)
        {
            sink.MustAccountFor(all);
            long known = sink.BytesDelivered + sink.Undelivered.Length;
            known.Should().BeLessThanOrEqualTo(read);
            known.Should().Be(sink.Error is null ? read : known, "it was never detached");
        }

        return result;
    }

    /// <summary>What was not delivered to a sink is what comes behind the last byte that was.</summary>
    public static void MustAccountFor(this SinkResult sink, byte[] all) =>
        sink.Undelivered.ToArray().MustBe(all.AsSpan((int)sink.BytesDelivered, sink.Undelivered.Length), "these are the bytes behind the last delivered one");

    /// <summary>Fails where an array differs from another, without telling all of their bytes.</summary>
    public static void MustBe(this byte[] arrived, ReadOnlySpan<byte> expected, string because = "")
    {
        arrived.Length.Should().Be(expected.Length, because);
        arrived.AsSpan().CommonPrefixLength(expected).Should().Be(expected.Length, because);
    }

    private static void MustHold(long read, long written, ReadOnlyMemory<byte> undelivered, byte[] source, byte[] prefix)
    {
        (written + undelivered.Length).Should().Be(prefix.Length + read, "what was read is either delivered or handed back");
        byte[] all = [.. prefix, .. source];
        undelivered.ToArray().MustBe(all.AsSpan((int)written, undelivered.Length), "these are the bytes behind the last delivered one");
    }
}
