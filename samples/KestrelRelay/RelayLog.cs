using System.Net;

namespace KestrelRelaySample;

/// <summary>What the relays log.</summary>
internal static partial class RelayLog
{
    [LoggerMessage(1, LogLevel.Information, "{Relay} is listening on {Address}, forwarding to {Target}")]
    public static partial void Listening(ILogger logger, string relay, string address, string target);

    [LoggerMessage(2, LogLevel.Information, "{Client} through {Relay}: {Outcome}; {BytesThere} bytes there, {BytesBack} back, {Seconds:F3} s")]
    public static partial void Ended(ILogger logger, string client, string relay, string outcome, long bytesThere, long bytesBack, double seconds);

    [LoggerMessage(3, LogLevel.Warning, "{Client} through {Relay}: refused, there are {Most} connections already")]
    public static partial void Refused(ILogger logger, string client, string relay, int most);

    [LoggerMessage(4, LogLevel.Warning, "Cannot accept on {Address}: {Error}")]
    public static partial void CannotAccept(ILogger logger, EndPoint address, string error);

    /// <summary>In the words of ASP.NET Core, but without the relays.</summary>
    [LoggerMessage(5, LogLevel.Information, "Now listening on: {Url}")]
    public static partial void ListeningForHttp(ILogger logger, string url);
}
