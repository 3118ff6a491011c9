using System.CommandLine.Parsing;
using System.Net;

namespace TcpRelaySample;

internal static class AddressArgument
{
    /// <summary>Reads the address that is the argument's only token, or says what is wrong with it.</summary>
    public static EndPoint? Parse(ArgumentResult result)
    {
        if (Address.TryParse(result.Tokens[0].Value, out EndPoint? address))
        {
            return address;
        }

        result.AddError($"'{result.Tokens[0].Value}' is no address: HOST:PORT, [IPV6]:PORT or unix:PATH.");
        return null;
    }
}
