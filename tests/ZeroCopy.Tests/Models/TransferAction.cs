namespace ZeroCopy.Tests.Models;

/// <summary>What may be done to a transfer, or by the program at one of its ends.</summary>
internal enum TransferAction
{
    Send,

    Receive,

    /// <summary>Sends no more, which a pipe tells by being closed for writing, and a socket by being shut down.</summary>
    HalfClose,

    /// <summary>Closes without a goodbye: a connection with a reset.</summary>
    Reset,

    /// <summary>Disposes the transfer's own end.</summary>
    Dispose,

    Cancel,

    /// <summary>Goes on where the last one stopped.</summary>
    Resume,
}
