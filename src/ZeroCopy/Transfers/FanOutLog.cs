using Microsoft.Extensions.Logging;

namespace ZeroCopy;

/// <summary>What fan-outs log. Event ids from 3000 on.</summary>
internal static partial class FanOutLog
{
    [LoggerMessage(3000, LogLevel.Debug, "Read {BytesRead} bytes for {Sinks} sinks, of which {Failed} failed; error of the source: {SourceError}")]
    public static partial void Ended(ILogger logger, long bytesRead, int sinks, int failed, Errno sourceError);
}
