using System.IO.Pipes;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy;

/// <summary>Copies in the manner of <see cref="Stream.CopyToAsync(Stream)"/>, on what bytes are read from.</summary>
/// <remarks>
/// Each is <see cref="Transfer.CopyAsync"/>: the bytes are spliced wherever the kernel permits it, and <see cref="CopyResult.Path"/> says whether they were.
/// There is none for <see cref="Stream"/>, since the bytes of most streams are not in a descriptor: ask <see cref="TransferEndpoint.TryFrom"/>.
/// </remarks>
/// <example>
/// <code>
/// CopyResult result = await upload.SpliceToAsync(file, new CopyOptions { Length = contentLength });
/// </code>
/// </example>
public static class TransferExtensions
{
    /// <summary>Copies what is received from a socket to a destination.</summary>
    /// <param name="source">A connected TCP or unix stream socket.</param>
    /// <param name="destination">Where the bytes go, in order, after those of <see cref="CopyOptions.Prefix"/>.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the copy; nothing is lost by it.</param>
    /// <returns>How much was copied, and how. To be awaited once.</returns>
    /// <exception cref="ArgumentNullException">The source is null.</exception>
    /// <inheritdoc cref="Transfer.CopyAsync" path="/exception|/remarks"/>
    public static ValueTask<CopyResult> SpliceToAsync(
        this Socket source, TransferEndpoint destination, CopyOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Transfer.CopyAsync(source, destination, options, cancellationToken);
    }

    /// <summary>Copies what is received from the socket of a stream to a destination.</summary>
    /// <param name="source">The stream of a connected socket.</param>
    /// <param name="destination">Where the bytes go, in order, after those of <see cref="CopyOptions.Prefix"/>.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the copy; nothing is lost by it.</param>
    /// <returns>How much was copied, and how. To be awaited once.</returns>
    /// <exception cref="ArgumentNullException">The source is null.</exception>
    /// <inheritdoc cref="Transfer.CopyAsync" path="/exception|/remarks"/>
    public static ValueTask<CopyResult> SpliceToAsync(
        this NetworkStream source, TransferEndpoint destination, CopyOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Transfer.CopyAsync(source, destination, options, cancellationToken);
    }

    /// <summary>Copies a file from the stream's position on to a destination; the position is moved on.</summary>
    /// <param name="source">The stream of a file.</param>
    /// <param name="destination">Where the bytes go, in order, after those of <see cref="CopyOptions.Prefix"/>.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the copy; nothing is lost by it.</param>
    /// <returns>How much was copied, and how. To be awaited once.</returns>
    /// <exception cref="ArgumentNullException">The source is null.</exception>
    /// <inheritdoc cref="Transfer.CopyAsync" path="/exception|/remarks"/>
    public static ValueTask<CopyResult> SpliceToAsync(
        this FileStream source, TransferEndpoint destination, CopyOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Transfer.CopyAsync(source, destination, options, cancellationToken);
    }

    /// <summary>Copies what comes through a pipe to a destination.</summary>
    /// <param name="source">The stream of an anonymous or named pipe.</param>
    /// <param name="destination">Where the bytes go, in order, after those of <see cref="CopyOptions.Prefix"/>.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the copy; nothing is lost by it.</param>
    /// <returns>How much was copied, and how. To be awaited once.</returns>
    /// <exception cref="ArgumentNullException">The source is null.</exception>
    /// <inheritdoc cref="Transfer.CopyAsync" path="/exception|/remarks"/>
    public static ValueTask<CopyResult> SpliceToAsync(
        this PipeStream source, TransferEndpoint destination, CopyOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Transfer.CopyAsync(source, destination, options, cancellationToken);
    }

    /// <summary>Copies from a handle to a destination: a file's bytes from its position on, or what comes through a pipe.</summary>
    /// <param name="source">A handle of any kind that transfers take, such as <see cref="Pipe.ReadHandle"/>.</param>
    /// <param name="destination">Where the bytes go, in order, after those of <see cref="CopyOptions.Prefix"/>.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the copy; nothing is lost by it.</param>
    /// <returns>How much was copied, and how. To be awaited once.</returns>
    /// <exception cref="ArgumentNullException">The source is null.</exception>
    /// <inheritdoc cref="Transfer.CopyAsync" path="/exception|/remarks"/>
    public static ValueTask<CopyResult> SpliceToAsync(
        this SafeFileHandle source, TransferEndpoint destination, CopyOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Transfer.CopyAsync(source, destination, options, cancellationToken);
    }
}
