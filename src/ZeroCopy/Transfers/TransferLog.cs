using Microsoft.Extensions.Logging;

namespace ZeroCopy;

/// <summary>
/// What transfers log: event ids of copies from 1000 on, of relays from 2000, of fan-outs from 3000. In one class: of several, the generator writes one or the
/// other first, and no two builds are the same.
/// </summary>
internal static partial class TransferLog
{
    [LoggerMessage(1000, LogLevel.Debug, "Copied {Bytes} bytes by {Path}; refused: {FallbackErrno}")]
    public static partial void CopyCompleted(ILogger logger, long bytes, TransferPath path, Errno fallbackErrno);

    [LoggerMessage(1001, LogLevel.Debug, "Copied no further than {BytesRead} bytes read and {BytesWritten} written, by {Path}; refused: {FallbackErrno}")]
    public static partial void CopyFailed(ILogger logger, Exception error, long bytesRead, long bytesWritten, TransferPath path, Errno fallbackErrno);

    [LoggerMessage(2000, LogLevel.Debug, "Relayed {BytesAToB} and {BytesBToA} bytes until {End}; errors: {ErrorAToB}, {ErrorBToA}")]
    public static partial void RelayEnded(ILogger logger, long bytesAToB, long bytesBToA, RelayEnd end, Errno errorAToB, Errno errorBToA);

    [LoggerMessage(3000, LogLevel.Debug, "Read {BytesRead} bytes for {Sinks} sinks, of which {Failed} failed; error of the source: {SourceError}")]
    public static partial void FanOutEnded(ILogger logger, long bytesRead, int sinks, int failed, Errno sourceError);
}
