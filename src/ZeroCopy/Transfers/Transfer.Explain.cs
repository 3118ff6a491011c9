namespace ZeroCopy;

/// <content>What a copy would do.</content>
public static partial class Transfer
{
    /// <summary>
    /// Tells which way the bytes of a copy would take here, and why: asks the kernel by the calls that a copy would begin with, so that nothing is moved.
    /// </summary>
    /// <param name="source">Where the bytes would come from.</param>
    /// <param name="destination">Where they would go.</param>
    /// <param name="options">How; null for the defaults. Nothing is counted, reported or logged.</param>
    /// <returns>The way, as <see cref="CopyResult.Path"/> would have it.</returns>
    /// <exception cref="ObjectDisposedException">An end was disposed before, or the pool.</exception>
    /// <inheritdoc cref="Copy" path="/exception[@cref!='T:ZeroCopy.TransferException' and @cref!='T:System.ObjectDisposedException']"/>
    /// <remarks>
    /// <para>
    /// No byte is consumed, no position or flag of a descriptor changes, and nothing but a disk is waited for. A destination is asked to take what is in an
    /// empty pipe. Of a source that is a file, bytes are spliced to a pipe that is emptied again; sockets, terminals and devices give bytes away when they are
    /// asked, so that whether they can be spliced shows only when a copy starts: the plan then takes it that they can.
    /// </para>
    /// <para>
    /// As for a copy, a <see cref="FileStream"/> writes what it has buffered, and the socket that is taken from a <see cref="System.Net.Sockets.Socket"/> should be
    /// connected. What is true now may change: files grow, and pipes run out. Safe to call from any thread, also while a transfer uses the ends. Man pages:
    /// <see href="https://man7.org/linux/man-pages/man2/splice.2.html">splice(2)</see>,
    /// <see href="https://man7.org/linux/man-pages/man2/copy_file_range.2.html">copy_file_range(2)</see>.
    /// </para>
    /// </remarks>
    /// <example>
    /// <code>
    /// TransferPlan plan = Transfer.Explain(source, destination);
    /// Console.WriteLine($"{plan.Source} to {plan.Destination}: {plan.Path}, since {plan.Reason}");
    /// </code>
    /// </example>
    public static TransferPlan Explain(TransferEndpoint source, TransferEndpoint destination, CopyOptions? options = null) =>
        Connect(source, destination, options).Pump.Explain();
}
