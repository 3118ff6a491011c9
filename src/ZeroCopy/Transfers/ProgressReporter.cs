using System.Diagnostics.CodeAnalysis;

namespace ZeroCopy;

/// <summary>Tells a user how far a copy is: not more often than eyes can follow, and not on a thread that others wait for.</summary>
internal sealed class ProgressReporter(IProgress<long> progress) : IThreadPoolWorkItem
{
    private const int LeastMilliseconds = 100;

    private readonly Lock _oneAtATime = new();
    private long _next = Environment.TickCount64 + LeastMilliseconds;
    private long _latest;
    private bool _isOver;

    /// <summary>Reports soon, or not at all if it did so just before.</summary>
    /// <param name="bytes">The bytes delivered.</param>
    /// <param name="here">Whether this is the user's own thread.</param>
    public void Report(long bytes, bool here)
    {
        long now = Environment.TickCount64;
        if (now < _next)
        {
            return;
        }

        _next = now + LeastMilliseconds;
        Volatile.Write(ref _latest, bytes);
        if (here)
        {
            Execute();
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Reports on this thread, after which nothing is reported any more.</summary>
    public void ReportLast(long bytes)
    {
        lock (_oneAtATime)
        {
            Volatile.Write(ref _latest, bytes);
            Execute();
            _isOver = true;
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "What a user's code throws does not change what comes of the copy, nor may it end the process.")]
    public void Execute()
    {
        lock (_oneAtATime)
        {
            if (_isOver)
            {
                return;
            }

            try
            {
                progress.Report(Volatile.Read(ref _latest));
            }
            catch (Exception)
            {
                // There is nobody to tell.
            }
        }
    }
}
