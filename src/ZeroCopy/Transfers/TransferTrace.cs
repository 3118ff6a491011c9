using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace ZeroCopy;

/// <summary>
/// One transfer as others see it: counted while it runs and once it is over, and a span for who listens to the activity source <c>ZeroCopy</c>. What a listener
/// throws is no part of the outcome.
/// </summary>
internal readonly struct TransferTrace
{
    private static readonly ActivitySource _source = new("ZeroCopy");

    private readonly TransferKind _kind;
    private readonly Activity? _activity;

    private TransferTrace(TransferKind kind, Activity? activity)
    {
        _kind = kind;
        _activity = activity;
    }

    /// <summary>Begins one. Its span is the current one until its end, or until the asynchronous method that began it returns.</summary>
    public static TransferTrace Begin(TransferKind kind)
    {
        TransferMetrics.Begin(kind);
        return new(kind, _source.HasListeners() ? Start(kind) : null);
    }

    public void End(TransferOutcome outcome, Errno error, long bytesRead, long bytesWritten, TransferPath path)
    {
        TransferMetrics.End(_kind, outcome);
        if (_activity is not null)
        {
            Describe(_activity, outcome, error, bytesRead, bytesWritten, path);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "There is nowhere else to say so.")]
    private static Activity? Start(TransferKind kind)
    {
        Activity? parent = Activity.Current;
        try
        {
            return _source.StartActivity($"zerocopy.{kind.Name()}");
        }
        catch (Exception)
        {
            Activity.Current = parent;
            return null;
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "There is nowhere else to say so.")]
    private static void Describe(Activity activity, TransferOutcome outcome, Errno error, long bytesRead, long bytesWritten, TransferPath path)
    {
        try
        {
            activity.SetTag("zerocopy.transfer.outcome", outcome.Name());
            activity.SetTag("zerocopy.transfer.path", path.ToString());
            activity.SetTag("zerocopy.transfer.bytes_read", bytesRead);
            activity.SetTag("zerocopy.transfer.bytes_written", bytesWritten);
            if (error != Errno.None)
            {
                activity.SetTag("error.type", error.ToString());
            }

            activity.SetStatus(outcome == TransferOutcome.Failed ? ActivityStatusCode.Error : ActivityStatusCode.Unset);
            activity.Dispose();
        }
        catch (Exception)
        {
            // What a listener throws is no part of the outcome.
        }
    }
}
