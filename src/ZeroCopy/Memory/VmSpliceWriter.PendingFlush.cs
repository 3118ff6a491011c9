using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace ZeroCopy;

/// <content>Waiting for the reader without a thread.</content>
public sealed partial class VmSpliceWriter
{
    /// <summary>A flush that waits, of which a writer has one at a time: used again and again, so that none allocates.</summary>
    private sealed class PendingFlush : IValueTaskSource
    {
        private readonly VmSpliceWriter _writer;
        private readonly Action _goOn;
        private ManualResetValueTaskSourceCore<bool> _core;
        private ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter _wait;
        private CancellationToken _cancellationToken;
        private bool _copies;

        public PendingFlush(VmSpliceWriter writer)
        {
            _writer = writer;
            _goOn = GoOn;
        }

        public ValueTask Start(bool copies, CancellationToken cancellationToken)
        {
            _copies = copies;
            _cancellationToken = cancellationToken;
            _core.Reset();
            ValueTask task = new(this, _core.Version);
            Continue(isReady: false);
            return task;
        }

        public void GetResult(short token) => _core.GetResult(token);

        public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _core.OnCompleted(continuation, state, token, flags);

        private void GoOn() => Continue(isReady: true);

        [SuppressMessage("Design", "CA1031", Justification = "Whatever it is, it is for who awaits the flush.")]
        [SuppressMessage("Reliability", "CA2012", Justification = "Each wait is consumed once, when it is over.")]
        private void Continue(bool isReady)
        {
            try
            {
                while (!isReady || IsToBeAwaitedOn())
                {
                    _wait = FdReadiness.WaitWritableAsync(_writer._pipe, _cancellationToken).ConfigureAwait(false).GetAwaiter();
                    isReady = _wait.IsCompleted;
                    if (!isReady)
                    {
                        _wait.UnsafeOnCompleted(_goOn);
                        return;
                    }
                }
            }
            catch (Exception e)
            {
                _writer.CloseReopened();
                _core.SetException(e);
                return;
            }

            _core.SetResult(true);
        }

        /// <summary>Sends on, now that the wait is over.</summary>
        /// <returns>Whether the pipe is full again.</returns>
        private bool IsToBeAwaitedOn()
        {
            _wait.GetResult();
            Errno errno = _writer.Send(_copies, mayBlock: false);
            if (errno != Errno.EAGAIN)
            {
                _writer.End(errno, _copies);
            }

            return errno == Errno.EAGAIN;
        }
    }
}
