using System.IO.Pipes;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace ZeroCopy;

/// <summary>An end of a transfer: whatever holds a descriptor that bytes can be read from or written to in order.</summary>
/// <remarks>
/// <para>
/// TCP and unix stream sockets, pipes, FIFOs, terminals, regular files, block and character devices. What it is gets asked of the kernel when a transfer
/// starts, not of the .NET type. Wrappers that change the bytes or keep some back, such as <c>SslStream</c>, <c>GZipStream</c> or
/// <c>BufferedStream</c>, are not endpoints.
/// </para>
/// <para>
/// It owns nothing: a transfer keeps the object alive while it runs and never closes it. Of a handle alone, keep the Socket too that it was taken from: one
/// that nobody refers to closes its handle when it is collected. Null converts to the default endpoint, which transfers refuse. Immutable, and safe to share.
/// </para>
/// <para>
/// A socket becomes non-blocking when a transfer starts, in .NET's own way: <see cref="Socket.Blocking"/> and synchronous sends and receives
/// remain as they were. Nobody else should read from a source or write to a destination meanwhile. What a reader such as a <c>StreamReader</c> has taken
/// from the stream into its own buffer is given as <see cref="CopyOptions.Prefix"/>.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// if (TransferEndpoint.TryFrom(stream, out TransferEndpoint source))
/// {
///     await Transfer.CopyAsync(source, socket);
/// }
/// else
/// {
///     // An SslStream, a GZipStream, a MemoryStream: the bytes are not in a descriptor.
///     await stream.CopyToAsync(new NetworkStream(socket));
/// }
/// </code>
/// </example>
public readonly struct TransferEndpoint
{
    private readonly object? _readable;
    private readonly object? _writable;

    private TransferEndpoint(object? readable, object? writable)
    {
        _readable = readable;
        _writable = writable;
    }

    /// <summary>A connected TCP or unix stream socket.</summary>
    /// <param name="socket">The socket, or null for the default endpoint.</param>
    public static implicit operator TransferEndpoint(Socket? socket) => new(socket, socket);

    /// <summary>The socket of a stream.</summary>
    /// <param name="stream">The stream, or null for the default endpoint.</param>
    public static implicit operator TransferEndpoint(NetworkStream? stream) => new(stream, stream);

    /// <summary>
    /// A file, from the stream's position on; the position is moved on by what is copied. What the stream has buffered is written first. In a file opened
    /// with <see cref="FileMode.Append"/>, too, writing is at the position, which is its end.
    /// </summary>
    /// <param name="stream">The stream, or null for the default endpoint.</param>
    public static implicit operator TransferEndpoint(FileStream? stream) => new(stream, stream);

    /// <summary>A pipe; of a named pipe stream, the unix socket that it is.</summary>
    /// <param name="stream">The stream, or null for the default endpoint.</param>
    public static implicit operator TransferEndpoint(PipeStream? stream) => new(stream, stream);

    /// <summary>A descriptor of any kind that transfers take.</summary>
    /// <param name="handle">The handle, or null for the default endpoint.</param>
    public static implicit operator TransferEndpoint(SafeHandle? handle) => new(handle, handle);

    /// <summary>Makes an endpoint of a stream, where the stream is nothing but a descriptor.</summary>
    /// <param name="stream">Any stream.</param>
    /// <param name="endpoint">The endpoint, or the default one.</param>
    /// <returns>
    /// True for a <see cref="NetworkStream"/>, a <see cref="FileStream"/> or a <see cref="PipeStream"/>; false for all others, and for classes
    /// derived from the first two, which may do anything with the bytes.
    /// </returns>
    /// <exception cref="ArgumentNullException">The stream is null.</exception>
    public static bool TryFrom(Stream stream, out TransferEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(stream);
        bool isPlain = stream is PipeStream || stream.GetType() == typeof(NetworkStream) || stream.GetType() == typeof(FileStream);
        endpoint = isPlain ? new(stream, stream) : default;
        return isPlain;
    }

    /// <summary>Joins two endpoints to one that is read from and written to, such as standard input and output.</summary>
    /// <param name="readable">What is read from.</param>
    /// <param name="writable">What is written to.</param>
    /// <returns>The endpoint.</returns>
    public static TransferEndpoint Duplex(TransferEndpoint readable, TransferEndpoint writable) => new(readable._readable, writable._writable);

    /// <summary>The object that a transfer uses on that side, or null for the default endpoint.</summary>
    internal object? On(TransferSide side) => side == TransferSide.Source ? _readable : _writable;
}
