using System.Net;
using System.Net.Sockets;

namespace KestrelRelaySample;

/// <summary>
/// Where a relay listens. A type of its own, so that Kestrel's own transport leaves it alone: that one reads each socket that it accepts, a MiB ahead of
/// whoever asks for the bytes, and what it has read is not there any more to be spliced.
/// </summary>
internal sealed class RelayEndPoint(EndPoint address) : EndPoint
{
    public EndPoint Address => address;

    public override AddressFamily AddressFamily => address.AddressFamily;

    /// <summary>Kestrel shows it as an address of HTTP, which it is not.</summary>
    public override string ToString() => $"{TcpRelaySample.Address.Format(address)} (relay)";
}
