using Microsoft.Extensions.Logging;

namespace ZeroCopy;

/// <summary>What relays log. Event ids from 2000 on.</summary>
internal static partial class RelayLog
{
    [LoggerMessage(2000, LogLevel.Debug, "Relayed {BytesAToB} and {BytesBToA} bytes until {End}; errors: {ErrorAToB}, {ErrorBToA}")]
    public static partial void Ended(ILogger logger, long bytesAToB, long bytesBToA, RelayEnd end, Errno errorAToB, Errno errorBToA);
}
