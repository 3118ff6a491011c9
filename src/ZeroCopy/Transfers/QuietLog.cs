using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace ZeroCopy;

/// <summary>Logs what came of a transfer, which a logger that throws must not hide.</summary>
internal static class QuietLog
{
    [SuppressMessage("Design", "CA1031", Justification = "There is nowhere else to say so.")]
    public static void Write<T>(ILogger? logger, T outcome, Action<ILogger, T> write)
    {
        if (logger is null)
        {
            return;
        }

        try
        {
            write(logger, outcome);
        }
        catch (Exception)
        {
            // What a logger throws is no part of the outcome.
        }
    }
}
