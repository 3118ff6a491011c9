using System.Net.Sockets;
using FsCheck;
using FsCheck.Fluent;

namespace ZeroCopy.Tests.Transfers;

/// <summary>
/// Whatever the ends are and whatever becomes of them: each sink has a beginning of the bytes, what it lacks of it is handed back, and one that was not
/// detached has them all.
/// </summary>
public sealed class FanOutPropertyTests : FanOutTest
{
    private const string ReadsAll = "reads all";
    private const string ReadsNothing = "reads nothing";
    private const string Resets = "resets";
    private const string NoFault = "none";
    private const string IsCancelled = "cancelled";

    private static readonly string[] _sources = ["socket", "unix socket", "pipe", DisposableEnd.FileStream];
    private static readonly string[] _faults = ["reset", "disposed", IsCancelled, NoFault, NoFault, NoFault];
    private static readonly string[] _behaviours = [ReadsAll, ReadsAll, ReadsAll, "closes", Resets, ReadsNothing];

    /// <summary>The first that is written to the console opens descriptors that stay.</summary>
    static FanOutPropertyTests() => Check.QuickThrowOnFailure(Prop.ToProperty(true));

    /// <summary>What it is, what is done behind it after how many bytes, and in what portions they are taken.</summary>
    public sealed record Sink(string Kind, string Behaviour, int After, int Portion)
    {
        public bool Reads => Behaviour == ReadsAll || Kind == DisposableEnd.FileStream;

        public override string ToString() => $"{Kind} {Behaviour} after {After} by {Portion}";
    }

    /// <summary>How much there is, in what portions it comes, and what becomes of the source after how many bytes.</summary>
    public sealed record Course(
        string From, Sink[] Sinks, int Length, int Prefix, int Portion, int Capacity, int Buffer, string Fault, int After, SinkFailurePolicy Policy, int Seed)
    {
        /// <summary>Half of those that nobody cancels.</summary>
        public bool IsAsync => Fault == IsCancelled || (Seed & 1) == 0;

        public TimeSpan? Timeout => Array.Exists(Sinks, static sink => sink.Behaviour == ReadsNothing) ? TimeSpan.FromMilliseconds(100) : null;

        /// <summary>Whether who reads everything has to get everything.</summary>
        public bool ComesToItsEnd => Fault == NoFault && Timeout is null && (Policy == SinkFailurePolicy.Detach || Array.TrueForAll(Sinks, static sink => sink.Reads));

        public override string ToString() =>
            $"{From} > {string.Join(", ", (object[])Sinks)}; {Prefix}+{Length} bytes by {Portion}, pipe {Capacity}, buffer {Buffer}, " +
            $"{Fault} after {After}, {Policy}, seed {Seed}";
    }

    [Fact]
    public void FanOut_AnyEndsAndFaults_EachSinkHasABeginningAndTheRestIsHandedBack()
    {
        int cases = Shell.IsContinuousIntegration ? 1000 : 20;
        Gen<Sink> sinkGen =
            from kind in Gen.Elements(_sources)
            from behaviour in Gen.Elements(_behaviours)
            from after in Gen.Choose(0, 200_000)
            from portion in Gen.Elements(1000, 4096, 5000, 65_536)
            select new Sink(kind, behaviour, after, portion);
        Gen<Course> courses =
            from source in Gen.Elements(_sources)
            from count in Gen.Choose(1, 6)
            from sinks in sinkGen.ArrayOf(count)
            from length in Gen.OneOf(Gen.Choose(0, 5000), Gen.Choose(0, 400_000), Gen.Constant(3_000_001))
            from prefix in Gen.OneOf(Gen.Constant(0), Gen.Choose(1, 100_000))
            from portion in Gen.Elements(100, 4096, 5000, 65_536, 1_000_000)
            from capacity in Gen.Elements(0, 0, 1, 8192, 1 << 20)
            from buffer in Gen.Elements(1, 20_000, 200_000)
            from fault in Gen.Elements(_faults)
            from after in Gen.Choose(0, 300_000)
            from policy in Gen.Elements(SinkFailurePolicy.Detach, SinkFailurePolicy.Detach, SinkFailurePolicy.Abort)
            from seed in Gen.Choose(0, int.MaxValue)
            select new Course(source, sinks, length, prefix, portion, capacity, buffer, fault, after, policy, seed);

        // What fails is reported with the seeds of the generator, to be repeated by.
        Prop.ForAll(courses.ToArbitrary(), course => MustHoldAsync(course).WaitAsync(Patience).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(cases));
    }

    private async Task MustHoldAsync(Course course)
    {
        Random random = new(course.Seed);
        byte[] prefix = new byte[course.Prefix];
        byte[] bytes = new byte[course.Length];
        random.NextBytes(prefix);
        random.NextBytes(bytes);
        string path = NewPath();
        string[] paths = [.. course.Sinks.Select(_ => NewPath())];
        using DisposableEnd from = SourceOf(course, path, bytes);
        DisposableEnd[] sinks = [.. course.Sinks.Select((sink, i) => new DisposableEnd(sink.Kind, TransferSide.Destination, paths[i]))];
        Array.ForEach(sinks, sink => sink.Narrow(course.Buffer));
        Task<byte[]>[] reading = [.. course.Sinks.Select((sink, i) => Behind(sink, sinks[i]))];

        using CancellationTokenSource cancellation = new();
        FanOutOptions options = new()
        {
            Prefix = prefix,
            PipeCapacity = course.Capacity,
            OnSinkFailure = course.Policy,
            SlowSinkTimeout = course.Timeout,
            Counters = new TransferCounters(),
        };
        TransferEndpoint[] endpoints = [.. sinks.Select(sink => sink.Endpoint)];
        Task<FanOutResult> fanOut = course.IsAsync ? Transfer.FanOutAsync(from.Endpoint, endpoints, options, cancellation.Token)
            : Started(isAsync: false, from.Endpoint, endpoints, options);
        Task feeding = InBackground(() => Feed(course, from, bytes, fanOut, options.Counters, cancellation));
        FanOutResult result = await ResultOf(fanOut);
        from.Dispose();
        await feeding;
        result.MustAccountFor(bytes, prefix);
        options.Counters.BytesRead.Should().Be(result.BytesRead);
        options.Counters.BytesWritten.Should().Be(result.Sinks.Sum(sink => sink.BytesDelivered));

        byte[] all = [.. prefix, .. bytes];
        for (int i = 0; i < sinks.Length; i++)
        {
            await MustHaveABeginning(course, course.Sinks[i], result.Sinks[i], sinks[i], reading[i], paths[i], all);
        }
    }

    private static async Task MustHaveABeginning(
        Course course, Sink sink, SinkResult result, DisposableEnd end, Task<byte[]> reading, string path, byte[] all)
    {
        end.Owner.Dispose();
        byte[] arrived = sink.Kind == DisposableEnd.FileStream ? await File.ReadAllBytesAsync(path)
            : sink.Behaviour == ReadsNothing ? await Reading(end.Peer!)
            : await reading;
        end.Dispose();
        arrived.Length.Should().BeLessThanOrEqualTo((int)result.BytesDelivered);
        arrived.MustBe(all.AsSpan(0, sink.Reads || sink.Behaviour == ReadsNothing ? (int)result.BytesDelivered : arrived.Length));
        if (sink.Reads && course.ComesToItsEnd)
        {
            MustBeWhole(result, all.Length);
        }
    }

    private static async Task<FanOutResult> ResultOf(Task<FanOutResult> fanOut)
    {
        try
        {
            return await fanOut;
        }
        catch (TransferCanceledException e)
        {
            return e.FanOut!;
        }
    }

    private static DisposableEnd SourceOf(Course course, string path, byte[] bytes)
    {
        DisposableEnd source = new(course.From, TransferSide.Source, path);
        if (source.Owner is FileStream file)
        {
            file.SetLength(0);
            file.Write(bytes);
            file.Position = 0;
        }

        return source;
    }

    /// <summary>Gives the source its bytes, and does to it what is to become of it. The far end may have gone when the fan-out is over.</summary>
    private static void Feed(
        Course course, DisposableEnd from, byte[] bytes, Task<FanOutResult> fanOut, TransferCounters counters, CancellationTokenSource cancellation)
    {
        int most = course.Fault == NoFault ? bytes.Length : Math.Min(course.After, bytes.Length);
        try
        {
            foreach (byte[] portion in bytes[..most].Chunk(course.Portion))
            {
                from.Peer?.Write(portion);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return;
        }

        switch (course.Fault)
        {
            case NoFault:
                from.Peer?.Dispose();
                break;
            case "reset" when from.Peer is NetworkStream stream && course.From == "socket":
                try
                {
                    stream.Socket.LingerState = new LingerOption(enable: true, 0);
                }
                catch (ObjectDisposedException)
                {
                    // The fan-out was over before.
                }

                stream.Dispose();
                break;
            case "reset":
                from.Peer?.Dispose();
                break;
            case "disposed":
                SpinWait.SpinUntil(() => fanOut.IsCompleted || counters.BytesRead >= most / 2, Patience);
                from.Owner.Dispose();
                break;
            default:
                SpinWait.SpinUntil(() => fanOut.IsCompleted || counters.BytesRead >= most / 2, Patience);
                cancellation.Cancel();
                break;
        }
    }

    /// <summary>What is behind a sink.</summary>
    private static Task<byte[]> Behind(Sink sink, DisposableEnd end) => end.Peer is null || sink.Behaviour == ReadsNothing ? Task.FromResult<byte[]>([])
        : sink.Behaviour == ReadsAll ? Reading(end.Peer, sink.Portion)
        : OnItsOwnThread(() =>
        {
            byte[] arrived = Reading(end.Peer, sink.Portion, sink.After).GetAwaiter().GetResult();
            if (sink.Behaviour == Resets && end.Peer is NetworkStream stream)
            {
                stream.Socket.LingerState = new LingerOption(enable: true, 0);
            }

            end.Peer.Dispose();
            return arrived;
        });
}
