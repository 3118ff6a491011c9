using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace TcpRelaySample;

/// <summary>Addresses as they are written on a command line: HOST:PORT, [IPV6]:PORT or unix:PATH.</summary>
internal static class Address
{
    private const string UnixPrefix = "unix:";

    public static bool TryParse(string text, [NotNullWhen(true)] out EndPoint? address)
    {
        address = null;
        if (text.StartsWith(UnixPrefix, StringComparison.Ordinal))
        {
            string path = text[UnixPrefix.Length..];
            address = IsUnixPath(path) ? new UnixDomainSocketEndPoint(path) : null;
            return address is not null;
        }

        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
        {
            return false;
        }

        string host = text[..colon];
        if (host is ['[', .., ']'])
        {
            address = IPAddress.TryParse(host[1..^1], out IPAddress? v6) ? new IPEndPoint(v6, port) : null;
        }
        else if (!host.Contains(':', StringComparison.Ordinal))
        {
            address = IPAddress.TryParse(host, out IPAddress? v4) ? new IPEndPoint(v4, port) : new DnsEndPoint(host, port);
        }

        return address is not null;
    }

    public static string Format(EndPoint? address) => address switch
    {
        DnsEndPoint name => $"{name.Host}:{name.Port}",
        UnixDomainSocketEndPoint unix when unix.ToString() is { Length: > 0 } path => UnixPrefix + path,
        null or UnixDomainSocketEndPoint => UnixPrefix,
        _ => address.ToString()!,
    };

    private static bool IsUnixPath(string path)
    {
        try
        {
            _ = new UnixDomainSocketEndPoint(path);
            return path.Length > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
