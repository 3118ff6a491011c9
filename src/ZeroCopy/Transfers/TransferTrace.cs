using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace ZeroCopy;

/// <summary>
/// One transfer as others see it: counted while it runs and once it is over, and a span for who listens to the activity source <c>ZeroCopy</c>. What a listener
/// throws is no part of the outcome.
/// </summary>
internal readonly struct TransferTrace
{
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
        return new(kind, Metrics.AreSupported ? TryStart(kind) : null);
    }

    public void End(TransferOutcome outcome, Errno error, long bytesRead, long bytesWritten, TransferPath path)
    {
        TransferMetrics.End(_kind, outcome);
        if (_activity is not null)
        {
            Describe(_activity, outcome, error, bytesRead, bytesWritten, path);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "No descriptor is left to load the assembly of spans from: transfers are more important.")]
    private static Activity? TryStart(TransferKind kind)
    {
        try
        {
            return Spans.Start(kind);
        }
        catch (Exception)
        {
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

    /// <summary>Apart, so that nothing is loaded for it before that may fail.</summary>
    private static class Spans
    {
        private static readonly ActivitySource _source = new("ZeroCopy");

        [MethodImpl(MethodImplOptions.NoInlining)]
        [SuppressMessage("Design", "CA1031", Justification = "There is nowhere else to say so.")]
        public static Activity? Start(TransferKind kind)
        {
            if (!_source.HasListeners())
            {
                return null;
            }

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
    }
}
