namespace ZeroCopy.Tests.Faults;

/// <summary>A copy; and where it fails another one, which goes on from there.</summary>
internal sealed class CopyFaults(string from, string to, bool isAsync) : FaultScenario
{
    private byte[]? _content;

    /// <summary>How much is fed at a time, after which the copy waits.</summary>
    public int[] Portions { get; init; } = [100_000, 50_000];

    public byte[] Prefix { get; init; } = [];

    private byte[] Content => _content ??= from == "zeroes" ? new byte[Portions.Sum()] : Bytes.Random(Portions.Sum());

    private bool HasFile => IsFile(from) || IsFile(to);

    public override void Run(Fault? fault)
    {
        using FaultSource source = new(from, Content);
        using FaultSink sink = new(to);
        CopyOptions options = new() { Prefix = Prefix, Counters = new TransferCounters(), Length = source.Ends ? null : Content.Length };
        Arm(fault, source.Descriptor, sink.Descriptor);
        Task<CopyResult> copy = Feed(source, () => Start(source, sink, options), options.Counters);
        long read = 0;
        for (bool isFirst = true; ; isFirst = false)
        {
            try
            {
                CopyResult result = copy.WaitAsync(Patience).GetAwaiter().GetResult();
                result.BytesCopied.Should().Be(Content.Length - read);
                if (isFirst)
                {
                    MayComplete(fault, result.FallbackErrno);
                }

                break;
            }
            catch (ArgumentException e) when (isFirst)
            {
                MayFail(fault, fault?.Errno ?? Errno.None);
                fault!.Syscall.Should().BeOneOf(["statx", "fcntl", "getsockopt"], e.Message);
            }
            catch (TransferException e)
            {
                MayFail(fault, e.Errno);
                e.MustAccountFor(Content[(int)read..], options.Prefix.ToArray());
                read += e.BytesRead;
                options = e.Resume;
                if (!isFirst && read == Content.Length && e.Undelivered.Length == 0)
                {
                    // Of a connection that broke the end is no good one.
                    break;
                }

                isFirst.Should().BeTrue("nothing fails any more: {0}", e);
                MustNameTheSide(fault!, e, source.Descriptor, sink.Descriptor);
            }

            FaultyLibc.Of(fault!).Lift();
            copy = Start(source, sink, options);
        }

        sink.Collect().MustBe([.. Prefix, .. Content], "each byte arrives once");
    }

    /// <summary>Where splice is refused, what is in a pipe was written there, and is in memory too: it must not be read back.</summary>
    public override bool CanHappen(Fault fault) =>
        base.CanHappen(fault) || from is "file" or "stream" || Array.Exists(Always, refused => refused.Call == "splice");

    protected override FaultOutcome Expected(Fault fault) => fault switch
    {
        // What it has begun so it does not go on otherwise.
        { Call: "copy_file_range", First: > 1 } when base.Expected(fault) == FaultOutcome.FallsBack => FaultOutcome.Fails,

        // Which nobody can wait for.
        { Errno: Errno.EAGAIN } when HasFile => FaultOutcome.Either,
        _ => base.Expected(fault),
    };

    private static bool IsFile(string kind) => kind is not ("pipe" or "terminal") && !kind.EndsWith("socket", StringComparison.Ordinal);

    private static void MustNameTheSide(Fault fault, TransferException failed, int source, int destination)
    {
        if (fault.Manner == FaultManner.Silent)
        {
            failed.Side.Should().Be(fault.Errno == Errno.ENODATA ? TransferSide.Source : TransferSide.Destination);
            return;
        }

        (int readFrom, int writtenTo) = FaultyLibc.Of(fault).Descriptors;
        bool isSource = readFrom == source;

        // What goes on failing may have been borne by one side first.
        if (!fault.Lasts && isSource != (writtenTo == destination))
        {
            failed.Side.Should().Be(isSource ? TransferSide.Source : TransferSide.Destination);
            MustNameTheCall(fault, failed.InnerException.Should().BeOfType<ErrnoException>().Subject);
        }
    }

    private static async Task<CopyResult> CopyAsync(FaultSource source, FaultSink sink, CopyOptions options) =>
        await Transfer.CopyAsync(source.Endpoint, sink.Endpoint, options);

    private Task<CopyResult> Start(FaultSource source, FaultSink sink, CopyOptions options) =>
        isAsync ? CopyAsync(source, sink, options) : OnItsOwnThread(() => Transfer.Copy(source.Endpoint, sink.Endpoint, options));

    /// <summary>Starts it with the first portion, and has it wait for each of the others.</summary>
    private Task<CopyResult> Feed(FaultSource source, Func<Task<CopyResult>> start, TransferCounters counters)
    {
        if (!source.IsFed)
        {
            return start();
        }

        source.Feed(Content.AsSpan(0, Portions[0]));
        Task<CopyResult> copy = start();
        int fed = Portions[0];
        foreach (int portion in Portions[1..])
        {
            MustRest(copy, () => counters.BytesWritten >= Prefix.Length + fed);
            source.Feed(Content.AsSpan(fed, portion));
            fed += portion;
        }

        source.End();
        return copy;
    }
}
