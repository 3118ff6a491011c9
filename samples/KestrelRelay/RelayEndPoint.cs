using System.Net;
using System.Net.Sockets;

namespace KestrelRelaySample;

/// <summary>
/// Where a relay listens. A type of its own, so that Kestrel's own transport leaves it alone: that one reads each socket that it accepts, a MiB ahead of
/// whoever asks for the bytes, and what it has read is not there any more to be spliced.
/// </summary>
internal sealed class RelayEndPoint(EndPoint address) : EndPoint
{
    private const string Mark = " (relay)";

    public EndPoint Address => address;

    public override AddressFamily AddressFamily => address.AddressFamily;

    /// <summary>Kestrel has all of its addresses as those of HTTP, "http://" and what <see cref="ToString"/> says.</summary>
    public static bool IsShownBy(string url) => url.EndsWith(Mark, StringComparison.Ordinal);

    public override string ToString() => TcpRelaySample.Address.Format(address) + Mark;
}
