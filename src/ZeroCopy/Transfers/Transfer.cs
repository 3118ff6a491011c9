namespace ZeroCopy;

/// <summary>Moves bytes between any two descriptors, inside the kernel wherever that can be.</summary>
/// <remarks>
/// <para>
/// Source and destination may be TCP and unix stream sockets, pipes, FIFOs, terminals, regular files, and block and character devices, in any mix. The bytes go
/// through a pipe of the library's own with splice(2), from file to file with copy_file_range(2); where the kernel refuses (a file that appends, an odd
/// file system, a sandbox), they are read and written instead, from the same byte on, and <see cref="CopyResult.Path"/> and
/// <see cref="CopyResult.FallbackErrno"/> say so. Small messages from socket to socket are read and sent too, which takes less.
/// </para>
/// <para>
/// <b>A file's bytes are passed on by reference.</b> What is written to a source file while its bytes are in a pipe or a socket's queue changes what
/// arrives, even after the copy is over. Set <see cref="CopyOptions.Snapshot"/> where the file may change, and always where a checksum is sent along.
/// </para>
/// <para>
/// Nothing is ever closed or shut down: that the source has ended is for the caller to tell the destination. Any number of transfers may run at once, two of
/// opposite direction on the same sockets too; each member is safe to call from any thread. A transfer keeps the objects of its endpoints alive. Disposing
/// one of them ends it with a <see cref="TransferException"/> within about 250 ms.
/// </para>
/// <para>
/// A reset that some other call has already been told of (the kernel tells it once) reads as the end of the input. Of calls of this class that does not hold:
/// when one direction is told, the other one fails too. A destination that breaks while the source is silent is noticed with the next bytes.
/// </para>
/// <para>
/// A pipe or FIFO that others splice to or from while they block (as the calls of <see cref="Splice"/> may) is locked meanwhile, for everybody, and a
/// thread that touches it waits with no way to wake it: do not give such a pipe to a transfer.
/// </para>
/// </remarks>
public static partial class Transfer
{
    /// <summary>Copies from a source to a destination. The calling thread waits where it must.</summary>
    /// <param name="source">Where the bytes come from: until its end, or <see cref="CopyOptions.Length"/> bytes.</param>
    /// <param name="destination">Where they go, in order, after those of <see cref="CopyOptions.Prefix"/>.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <returns>How much was copied, and how. Fewer bytes than <see cref="CopyOptions.Length"/> where the source ended before.</returns>
    /// <exception cref="TransferException">
    /// A side failed; the exception says which, with what error number, how far the copy came, and how to resume it.
    /// <list type="table">
    /// <item><term>ECONNRESET, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH</term><description>The connection of that side was reset, or broke.</description></item>
    /// <item><term>EPIPE</term><description>The destination is a pipe without readers, or a socket that was shut down for writing or closed by its
    /// peer.</description></item>
    /// <item><term>ENOTCONN</term><description>The socket is listening or was never connected.</description></item>
    /// <item><term>ENOSPC, EDQUOT</term><description>The destination's disk or quota is full.</description></item>
    /// <item><term>EFBIG</term><description>The destination would outgrow its file system, or the process's limit (<c>ulimit -f</c>); with the latter comes
    /// SIGXFSZ, which ends a .NET process that does not handle it.</description></item>
    /// <item><term>EPERM, EROFS</term><description>The destination is sealed or read-only.</description></item>
    /// <item><term>ENODATA</term><description>The source file was shortened while it was copied.</description></item>
    /// <item><term>EINVAL</term><description>The kernel can neither splice nor read or write the descriptor so.</description></item>
    /// <item><term>EBADF</term><description>The object behind that side was disposed, or the pool (the inner exception is an
    /// <see cref="ObjectDisposedException"/>).</description></item>
    /// <item><term>EIO</term><description>The device failed, or the other end of a terminal was closed.</description></item>
    /// <item><term>EMFILE, ENFILE, EAGAIN</term><description>The first wait of the process found no descriptor or thread left for itself.</description></item>
    /// <item><term>ENOMEM, ENOSPC of epoll_ctl</term><description>The kernel is out of memory, or the user has as many descriptors in epoll as
    /// <c>/proc/sys/fs/epoll/max_user_watches</c> allows.</description></item>
    /// </list>
    /// </exception>
    /// <exception cref="ArgumentException">
    /// An endpoint is the default one, or is not open in the right direction; a directory, a datagram or seqpacket socket, an epoll, eventfd or the like; an
    /// offset is given for what has none; both ends are the same pipe, or overlapping ranges of the same file; or <see cref="CopyOptions.Pool"/> and
    /// <see cref="CopyOptions.PipeCapacity"/> are both set.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A length, offset or capacity is negative.</exception>
    /// <exception cref="InvalidOperationException">A named pipe stream is not connected.</exception>
    /// <exception cref="ObjectDisposedException">An end was disposed before.</exception>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux.</exception>
    /// <remarks>
    /// Man pages: <see href="https://man7.org/linux/man-pages/man2/splice.2.html">splice(2)</see>,
    /// <see href="https://man7.org/linux/man-pages/man2/copy_file_range.2.html">copy_file_range(2)</see>.
    /// </remarks>
    public static CopyResult Copy(TransferEndpoint source, TransferEndpoint destination, CopyOptions? options = null) =>
        Run(Open(source, destination, options));

    /// <summary>Copies from a source to a destination, without a thread that waits.</summary>
    /// <param name="source">Where the bytes come from: until its end, or <see cref="CopyOptions.Length"/> bytes.</param>
    /// <param name="destination">Where they go, in order, after those of <see cref="CopyOptions.Prefix"/>.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">
    /// Ends the copy after the step that it is in: at most a pipe full, or 1 MiB, and what a disk takes for that. Nothing is lost by it: the
    /// <see cref="TransferCanceledException"/> has what was read and not written.
    /// </param>
    /// <returns>How much was copied, and how. Fewer bytes than <see cref="CopyOptions.Length"/> where the source ended before. To be awaited once.</returns>
    /// <exception cref="TransferCanceledException">The token was cancelled. The task is in the state Canceled.</exception>
    /// <inheritdoc cref="Copy" path="/exception|/remarks"/>
    /// <example>
    /// <code>
    /// using FileStream file = File.OpenRead(path);
    /// CopyResult result = await Transfer.CopyAsync(file, socket, cancellationToken: cancellationToken);
    /// </code>
    /// </example>
    public static ValueTask<CopyResult> CopyAsync(
        TransferEndpoint source, TransferEndpoint destination, CopyOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync(Open(source, destination, options), cancellationToken);

    private static CopyResult Run(Pump pump)
    {
        TransferTrace trace = TransferTrace.Begin(TransferKind.Copy);
        pump.RunToEnd();
        return pump.ToCopy(trace, CancellationToken.None);
    }

    private static async ValueTask<CopyResult> RunAsync(Pump pump, CancellationToken cancellationToken)
    {
        TransferTrace trace = TransferTrace.Begin(TransferKind.Copy);
        await pump.RunAsync(cancellationToken);
        return pump.ToCopy(trace, cancellationToken);
    }

    private static Pump Open(TransferEndpoint source, TransferEndpoint destination, CopyOptions? options)
    {
        (Pump pump, Side from, Side to) = Connect(source, destination, options);
        MakeReady(from, to);
        return pump;
    }

    /// <summary>Checks everything, and changes nothing.</summary>
    private static (Pump Pump, Side Source, Side Destination) Connect(TransferEndpoint source, TransferEndpoint destination, CopyOptions? options)
    {
        Check.Platform();
        options ??= new CopyOptions();
        Validate(options);
        Side from = Side.Open(source, TransferSide.Source, options.SourceOffset, nameof(source));
        Side to = Side.Open(destination, TransferSide.Destination, options.DestinationOffset, nameof(destination));
        Pump pump = new(from, Side.LimitOf(from, to, options.Length, options.Prefix.Length, nameof(destination)), options);
        pump.Connect(new Outlet(pump, to) { Counters = options.Counters });
        return (pump, from, to);
    }

    private static void Validate(CopyOptions options)
    {
        Check.NotNegative(options.Length);
        Check.NotNegative(options.SourceOffset);
        Check.NotNegative(options.DestinationOffset);
        Check.NotNegative(options.PipeCapacity);
        if (options.Pool is not null && options.PipeCapacity > 0)
        {
            throw new ArgumentException("The pipes of a pool have the capacity that the pool gives them: set one of Pool and PipeCapacity.", nameof(options));
        }
    }

    private static void MakeReady(params ReadOnlySpan<Side> sides)
    {
        try
        {
            foreach (Side side in sides)
            {
                side.MakeReady();
            }
        }
        catch
        {
            foreach (Side side in sides)
            {
                side.Release();
            }

            throw;
        }
    }
}
