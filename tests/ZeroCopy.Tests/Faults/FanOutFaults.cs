namespace ZeroCopy.Tests.Faults;

/// <summary>A copy to several sinks.</summary>
internal sealed class FanOutFaults(bool isAsync, string from, params string[] kinds) : FaultScenario
{
    private readonly byte[] _prefix = Bytes.Random(1000);
    private byte[]? _content;

    /// <summary>How much is fed at a time, after which it waits.</summary>
    public int Portion { get; init; } = 60_000;

    private byte[] Content => _content ??= Bytes.Random(2 * Portion);

    public override void Run(Fault? fault)
    {
        using FaultSource source = new(from, Content);
        FaultSink[] sinks = Array.ConvertAll(kinds, kind => new FaultSink(kind));
        try
        {
            FanOutOptions options = new() { Prefix = _prefix, Counters = new() };
            Arm(fault, [source.Descriptor, .. sinks.Select(sink => sink.Descriptor)]);
            source.Feed(Content.AsSpan(0, Portion));
            Task<FanOutResult> fanOut = Start(source, sinks, options);
            if (source.IsFed)
            {
                MustRest(fanOut, () => options.Counters.BytesRead >= Portion);
            }

            source.Feed(Content.AsSpan(Portion));
            source.End();
            FanOutResult result = fanOut.WaitAsync(Patience).GetAwaiter().GetResult();
            MustAccountFor(fault, result);
            source.Rest(Content.Length - result.BytesRead).MustBe(Content.AsSpan((int)result.BytesRead), "the rest was not read");
            MustTell(fault, result, source.Descriptor, sinks);
            MustHaveArrived(sinks, result);
        }
        catch (ArgumentException e)
        {
            MayFail(fault, fault?.Errno ?? Errno.None);
            fault!.Syscall.Should().BeOneOf(["statx", "fcntl", "getsockopt"], e.Message);
            source.Rest(Content.Length).MustBe(Content, "nothing was read");
        }
        finally
        {
            Array.ForEach(sinks, sink => sink.Dispose());
        }
    }

    public override bool CanHappen(Fault fault) => base.CanHappen(fault) || from == "file";

    /// <summary>Nobody can wait for a file.</summary>
    protected override FaultOutcome Expected(Fault fault) =>
        fault.Errno == Errno.EAGAIN && kinds.Append(from).Any(kind => kind is "file" or "appending") ? FaultOutcome.Either : base.Expected(fault);

    private static async Task<FanOutResult> FanOutAsync(TransferEndpoint source, TransferEndpoint[] sinks, FanOutOptions options) =>
        await Transfer.FanOutAsync(source, sinks, options);

    private Task<FanOutResult> Start(FaultSource source, FaultSink[] sinks, FanOutOptions options)
    {
        TransferEndpoint[] endpoints = Array.ConvertAll(sinks, sink => sink.Endpoint);
        return isAsync ? FanOutAsync(source.Endpoint, endpoints, options) : OnItsOwnThread(() => Transfer.FanOut(source.Endpoint, endpoints, options));
    }

    private void MustAccountFor(Fault? fault, FanOutResult result)
    {
        if (fault?.Call != "read:own")
        {
            result.MustAccountFor(Content, _prefix);
            return;
        }

        // What cannot be read any more is not handed back, but others may have had it.
        foreach (SinkResult sink in result.Sinks)
        {
            sink.MustAccountFor([.. _prefix, .. Content]);
            (sink.BytesDelivered + sink.Undelivered.Length).Should().BeLessThanOrEqualTo(_prefix.Length + result.BytesRead);
        }
    }

    private void MustTell(Fault? fault, FanOutResult result, int source, FaultSink[] sinks)
    {
        Errno[] errors = [result.SourceError, .. result.Sinks.Select(sink => sink.Error?.Errno ?? Errno.None)];
        Errno[] failures = Array.FindAll(errors, errno => errno != Errno.None);
        bool goesOn = result.SourceError == Errno.None && result.Sinks.Any(sink => sink.Error is null);
        result.IsComplete.Should().Be(goesOn, "a sink is detached, and the others go on");
        Array.ForEach(failures, errno => MayFail(fault, errno));
        if (failures.Length == 0)
        {
            MayComplete(fault, result.Sinks.Select(sink => sink.FallbackErrno).FirstOrDefault(errno => errno != Errno.None));
            return;
        }

        (failures.Length == 1 || fault!.Lasts).Should().BeTrue("what does not fail goes on");
        (int readFrom, int writtenTo) = FaultyLibc.Of(fault!).Descriptors;
        int failed = Array.FindIndex(sinks, sink => sink.Descriptor == writtenTo);
        if (fault!.Lasts)
        {
            // One that has borne it may have been the first.
            return;
        }

        if (failed >= 0)
        {
            errors[1 + failed].Should().NotBe(Errno.None);
            MustNameTheCall(fault!, result.Sinks[failed].Error!);
        }
        else if (readFrom == source)
        {
            result.SourceError.Should().NotBe(Errno.None);
        }
    }

    private void MustHaveArrived(FaultSink[] sinks, FanOutResult result)
    {
        byte[] all = [.. _prefix, .. Content];
        for (int i = 0; i < sinks.Length; i++)
        {
            SinkResult sink = result.Sinks[i];
            sinks[i].Collect().MustBe(all.AsSpan(0, (int)sink.BytesDelivered), "each byte arrives once");
            if (sink.Error is null && result.IsComplete)
            {
                sink.BytesDelivered.Should().Be(all.Length);
            }
        }
    }
}
