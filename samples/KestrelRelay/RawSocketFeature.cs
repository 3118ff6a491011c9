using System.Net.Sockets;

namespace KestrelRelaySample;

/// <summary>
/// The socket of a connection that nobody reads. Not the <see cref="Microsoft.AspNetCore.Connections.Features.IConnectionSocketFeature"/> of Kestrel's
/// connections: somebody reads those, so a relay of them would lose bytes without a word. Without this feature it fails at once.
/// </summary>
internal sealed record RawSocketFeature(Socket Socket);
