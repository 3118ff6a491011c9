using Microsoft.Extensions.Logging;

namespace ZeroCopy;

/// <summary>What copies log. Event ids from 1000 on.</summary>
internal static partial class CopyLog
{
    [LoggerMessage(1000, LogLevel.Debug, "Copied {Bytes} bytes by {Path}; refused: {FallbackErrno}")]
    public static partial void Completed(ILogger logger, long bytes, TransferPath path, Errno fallbackErrno);

    [LoggerMessage(1001, LogLevel.Debug, "Copied no further than {BytesRead} bytes read and {BytesWritten} written, by {Path}; refused: {FallbackErrno}")]
    public static partial void Failed(ILogger logger, Exception error, long bytesRead, long bytesWritten, TransferPath path, Errno fallbackErrno);
}
