namespace ZeroCopy;

/// <content>From one source to several destinations.</content>
public static partial class Transfer
{
    private const int MostSinks = 64;

    /// <summary>Copies from a source to each of several sinks. The calling thread waits where it must.</summary>
    /// <returns>What happened, as of <see cref="FanOutAsync"/>.</returns>
    /// <inheritdoc cref="FanOutAsync" path="/param[@name='source']|/param[@name='destinations']|/param[@name='options']|/exception[@cref!='T:ZeroCopy.TransferCanceledException']|/remarks"/>
    public static FanOutResult FanOut(TransferEndpoint source, IReadOnlyList<TransferEndpoint> destinations, FanOutOptions? options = null)
    {
        Pump pump = Open(source, destinations, options);
        TransferTrace trace = TransferTrace.Begin(TransferKind.FanOut);
        pump.RunToEnd();
        return pump.ToFanOut(trace, CancellationToken.None);
    }

    /// <summary>
    /// Copies from a source to each of several sinks, every byte to each in its order: read once, and duplicated by reference with tee(2). No thread waits.
    /// </summary>
    /// <param name="source">Where the bytes come from: until its end, or <see cref="FanOutOptions.Length"/> bytes.</param>
    /// <param name="destinations">The sinks, 1 to 64, of any kinds. The list is read once, when this is called.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">
    /// Ends the fan-out after the step that it is in. Nothing is lost by that: the <see cref="TransferCanceledException.FanOut"/> of the exception has what
    /// was read and not written, of each sink.
    /// </param>
    /// <returns>
    /// What happened. Whatever becomes of the source and the sinks, resets included, is a result and not an exception; the error numbers are those of
    /// <see cref="Copy"/>, and ETIMEDOUT for <see cref="FanOutOptions.SlowSinkTimeout"/>.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// As of <see cref="Copy"/>, for any of the sinks; there is none or more than 64, or one is given twice; or <see cref="FanOutOptions.Pool"/> and
    /// <see cref="FanOutOptions.PipeCapacity"/> are both set.
    /// </exception>
    /// <exception cref="ArgumentNullException">The list is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A length, offset or capacity is negative, the timeout is not positive, or the policy is none of those that there are.
    /// </exception>
    /// <exception cref="InvalidOperationException">A named pipe stream is not connected.</exception>
    /// <exception cref="ObjectDisposedException">An end was disposed before.</exception>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux.</exception>
    /// <exception cref="TransferCanceledException">The token was cancelled. The task is in the state Canceled.</exception>
    /// <remarks>
    /// <para>
    /// A sink that fails is detached and reported; the others go on, and it ends when none is left, or with the first failure if
    /// <see cref="SinkFailurePolicy.Abort"/> asks for that. That a sink broke is noticed with the next bytes for it. All go at the pace of the slowest: it is
    /// waited for, each of the others being at most a pipe full ahead of it, or detached after <see cref="FanOutOptions.SlowSinkTimeout"/>.
    /// </para>
    /// <para>
    /// The bytes in all pipes are the same pages. Of a source that is a file they are the file's: see <see cref="FanOutOptions.Snapshot"/>. Where
    /// the kernel or a sandbox refuses tee(2), the bytes are read once and written to each.
    /// </para>
    /// <para>
    /// Nothing is ever closed or shut down. A sink that is a file is written to on the thread pool. Safe to call from any thread; the objects of all ends are
    /// kept alive. Disposing the source ends it, disposing a sink detaches that one, within about 250 ms. Man pages:
    /// <see href="https://man7.org/linux/man-pages/man2/tee.2.html">tee(2)</see>,
    /// <see href="https://man7.org/linux/man-pages/man2/splice.2.html">splice(2)</see>.
    /// </para>
    /// </remarks>
    /// <example>
    /// <code>
    /// FanOutOptions options = new() { SlowSinkTimeout = TimeSpan.FromSeconds(10) };
    /// FanOutResult result = await Transfer.FanOutAsync(source, [archive, viewer, backup], options);
    /// foreach (SinkResult sink in result.Sinks)
    /// {
    ///     Console.WriteLine($"{sink.BytesDelivered} of {result.BytesRead} bytes {sink.Error?.Message}");
    /// }
    /// </code>
    /// </example>
    public static Task<FanOutResult> FanOutAsync(
        TransferEndpoint source,
        IReadOnlyList<TransferEndpoint> destinations,
        FanOutOptions? options = null,
        CancellationToken cancellationToken = default) => RunFanOutAsync(Open(source, destinations, options), cancellationToken);

    private static async Task<FanOutResult> RunFanOutAsync(Pump pump, CancellationToken cancellationToken)
    {
        TransferTrace trace = TransferTrace.Begin(TransferKind.FanOut);
        await pump.RunAsync(cancellationToken);
        return pump.ToFanOut(trace, cancellationToken);
    }

    private static Pump Open(TransferEndpoint source, IReadOnlyList<TransferEndpoint> destinations, FanOutOptions? options)
    {
        Check.Platform();
        ArgumentNullException.ThrowIfNull(destinations);
        TransferEndpoint[] sinks = [.. destinations];
        if (sinks.Length is 0 or > MostSinks)
        {
            throw new ArgumentException($"There are {sinks.Length} sinks; 1 to {MostSinks} are possible.", nameof(destinations));
        }

        options ??= new FanOutOptions();
        Check.Positive(options.SlowSinkTimeout);
        if (options.OnSinkFailure is < SinkFailurePolicy.Detach or > SinkFailurePolicy.Abort)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.OnSinkFailure, "There is no such policy.");
        }

        CopyOptions copyOptions = options.ForSource();
        Validate(copyOptions);
        Side from = Side.Open(source, TransferSide.Source, options.SourceOffset, nameof(source));
        Side[] to = Array.ConvertAll(sinks, sink => Side.Open(sink, TransferSide.Destination, null, nameof(destinations)));
        if (to.DistinctBy(static side => side.Handle).Count() < to.Length)
        {
            throw new ArgumentException("A sink is given twice: its copies of the bytes would be mixed up.", nameof(destinations));
        }

        long? length = options.Length;
        Array.ForEach(to, side => length = Side.LimitOf(from, side, length, options.Prefix.Length, nameof(destinations)));
        Pump pump = new(from, length, copyOptions);
        pump.Connect(Array.ConvertAll(to, side => new Outlet(pump, side)
        {
            IsVital = options.OnSinkFailure == SinkFailurePolicy.Abort,
            Patience = Milliseconds(options.SlowSinkTimeout),
            Counters = options.Counters,
        }));
        MakeReady([from, .. to]);
        return pump;
    }

    /// <summary>In whole ones and one more, so that it is not over too early, and no more than a timer takes, which is seven weeks.</summary>
    internal static long Milliseconds(TimeSpan? time) => time is null || time == Timeout.InfiniteTimeSpan
        ? Timeout.Infinite
        : (long)Math.Min(Math.Ceiling(time.Value.TotalMilliseconds) + 1, uint.MaxValue - 1);
}
