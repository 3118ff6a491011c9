namespace ZeroCopy;

/// <content>Both directions at once.</content>
public static partial class Transfer
{
    /// <summary>
    /// Relays between two sides, in both directions at once, until both have come to their end: a whole proxy connection. No thread waits.
    /// </summary>
    /// <param name="a">One side: a socket, or two descriptors joined by <see cref="TransferEndpoint.Duplex"/>.</param>
    /// <param name="b">The other side.</param>
    /// <param name="options">Limits, timeouts and what was read already; null for none of them.</param>
    /// <param name="cancellationToken">
    /// Ends the relay after the steps that it is in. Nothing is lost by that: the <see cref="TransferCanceledException.Relay"/> of the exception has what was
    /// read and not written.
    /// </param>
    /// <returns>
    /// What happened. Whatever becomes of the two sides, resets included, is a result and not an exception: <see cref="RelayResult.End"/> says why the relay
    /// ended, <see cref="RelayDirection.Error"/> and <see cref="RelayDirection.Side"/> what broke where; the error numbers are those of
    /// <see cref="Copy"/>.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// As of <see cref="Copy"/>; both sides are the same socket; both taps are the same file, or a tap is what its direction writes to anyway; or
    /// <see cref="RelayOptions.Pool"/> and <see cref="RelayOptions.PipeCapacity"/> are both set.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A timeout is not positive, <see cref="RelayOptions.MaxBytes"/> or the capacity is negative, or <see cref="RelayOptions.MaxBytesPerSecond"/> is less
    /// than 1.
    /// </exception>
    /// <exception cref="InvalidOperationException">A named pipe stream is not connected.</exception>
    /// <exception cref="ObjectDisposedException">A side was disposed before.</exception>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux.</exception>
    /// <exception cref="TransferCanceledException">The token was cancelled. The task is in the state Canceled.</exception>
    /// <remarks>
    /// <para>
    /// A side that ends is half-closed: once all that it sent is delivered, the other side, if it is a socket, is shut down for writing (shutdown(2)), and
    /// goes on to be read until its own end. Nothing is ever closed: do that when the relay is over. Where it is over because a side was reset, close the other
    /// one with a reset too (a <see cref="System.Net.Sockets.LingerOption"/> of 0 seconds), so that its peer does not take the end for a good one.
    /// </para>
    /// <para>
    /// What a fault of one direction does to the other: where a side cannot be read any more (it was reset), nothing can be delivered to it either, and the
    /// other direction is stopped at once. Where a side cannot be written to any more, the other direction goes on to its own end, so that
    /// what that side had sent before, an early answer perhaps, is still delivered. A limit or timeout stops both.
    /// </para>
    /// <para>
    /// A relay that waits holds no pipe and no thread. Both of its directions share one registration for each descriptor. Sockets should come from
    /// <see cref="SpliceSocket"/>. Safe to call from any thread; it keeps the objects of both sides alive while it runs, and ends as Failed, with EBADF, within
    /// about 250 ms when one of them is disposed. Man pages: <see href="https://man7.org/linux/man-pages/man2/splice.2.html">splice(2)</see>,
    /// <see href="https://man7.org/linux/man-pages/man2/shutdown.2.html">shutdown(2)</see>.
    /// </para>
    /// </remarks>
    /// <example>
    /// <code>
    /// using Socket server = await SpliceSocket.ConnectAsync(upstream);
    /// RelayOptions options = new() { IdleTimeout = TimeSpan.FromMinutes(5) };
    /// RelayResult result = await Transfer.RelayAsync(client, server, options);
    /// Console.WriteLine($"{result.End}: {result.BytesAToB} bytes there, {result.BytesBToA} back");
    /// </code>
    /// </example>
    public static Task<RelayResult> RelayAsync(
        TransferEndpoint a, TransferEndpoint b, RelayOptions? options = null, CancellationToken cancellationToken = default)
    {
        Check.Platform();
        options ??= new RelayOptions();
        Check.Positive(options.IdleTimeout);
        Check.Positive(options.DrainTimeout);
        Check.Positive(options.SlowTapTimeout);
        Check.NotNegative(options.MaxBytes);
        Check.Positive(options.MaxBytesPerSecond);
        CopyOptions optionsAToB = options.ForDirection(options.PrefixAToB, options.CountersAToB);
        CopyOptions optionsBToA = options.ForDirection(options.PrefixBToA, options.CountersBToA);
        Validate(optionsAToB);

        Side fromA = Side.Open(a, TransferSide.Source, null, nameof(a));
        Side toB = Side.Open(b, TransferSide.Destination, null, nameof(b));
        Side fromB = Side.Open(b, TransferSide.Source, null, nameof(b));
        Side toA = Side.Open(a, TransferSide.Destination, null, nameof(a));
        if (Side.AreSame(fromA, fromB))
        {
            throw new ArgumentException("Both sides are the same.", nameof(b));
        }

        Side? tapAToB = OpenTap(options.TapAToB);
        Side? tapBToA = OpenTap(options.TapBToA);
        if (tapAToB is not null && tapBToA is not null && Side.WriteOverEachOther(tapAToB, tapBToA))
        {
            throw new ArgumentException("Both taps are the same file, and would write over each other.", nameof(options));
        }

        Pump aToB = CreateDirection(fromA, toB, tapAToB, optionsAToB, options);
        Pump bToA = CreateDirection(fromB, toA, tapBToA, optionsBToA, options);
        MakeReady([fromA, toB, fromB, toA, .. tapAToB is null ? [] : new[] { tapAToB }, .. tapBToA is null ? [] : new[] { tapBToA }]);
        return new Relay(aToB, bToA, options).RunAsync(cancellationToken);
    }

    private static Side? OpenTap(TransferEndpoint? tap) =>
        tap?.On(TransferSide.Destination) is null ? null : Side.Open(tap.Value, TransferSide.Destination, null, "options");

    private static Pump CreateDirection(Side from, Side to, Side? tap, CopyOptions copyOptions, RelayOptions options)
    {
        if (tap?.Handle == to.Handle)
        {
            throw new ArgumentException("The tap is what the direction writes to: the bytes and their copies would be mixed up.", nameof(options));
        }

        long? length = Side.LimitOf(from, to, copyOptions.Length, copyOptions.Prefix.Length, "b");
        Pump pump = new(from, tap is null ? length : Side.LimitOf(from, tap, length, copyOptions.Prefix.Length, nameof(options)), copyOptions)
        {
            Rate = options.MaxBytesPerSecond is null ? null : new RateLimit(options.MaxBytesPerSecond.Value),
            PassesEndOn = true,
        };
        Outlet destination = new(pump, to) { Counters = copyOptions.Counters };
        if (tap is null)
        {
            pump.Connect(destination);
        }
        else
        {
            pump.Connect(destination, new Outlet(pump, tap) { IsVital = false, Patience = Milliseconds(options.SlowTapTimeout) });
        }

        return pump;
    }
}
